"""Workbooks for the import's tests: made, looked into, sent, and worked through without a worker."""

import io
from typing import Any

import openpyxl
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import importing
from accounts.models import ImportJob
from accounts.register import REGISTERS

ORGANISATION = ("名称", "统一社会信用代码", "类别", "所在区划", "单位电话")


def book(*rows: Any, name: str = "单位") -> bytes:
    """An .xlsx file of these rows, texts as texts."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"strings_to_formulas": False})
    page = made.add_worksheet(name)
    for line, row in enumerate(rows):
        for column, value in enumerate(row):
            page.write(line, column, value)
    made.close()
    return out.getvalue()


def sent(content: bytes, name: str = "单位.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def checked(user: Any, register: str, *rows: Any) -> ImportJob:
    """Uploaded and checked."""
    return check(user, register, book(*rows))


def check(user: Any, register: str, content: bytes) -> ImportJob:
    job = importing.upload(REGISTERS[register], user, sent(content))
    assert importing.work(job.pk)
    job.refresh_from_db()
    return job


def applied(job: ImportJob) -> ImportJob:
    assert importing.approve(job)
    assert importing.work(job.pk)
    job.refresh_from_db()
    return job


def counts(job: ImportJob) -> tuple[int, int, int, int]:
    """Added, changed, unchanged, bad."""
    return job.added, job.changed, job.unchanged, job.bad


def result(job: ImportJob) -> Any:
    """The marked file's first sheet."""
    with job.result.open("rb") as file:
        return openpyxl.load_workbook(io.BytesIO(file.read())).worksheets[0]
