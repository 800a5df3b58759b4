"""The OpenAPI schema: every operation carries the errors it can answer."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": True},
    },
    "required": ["type", "title", "status", "detail", "code"],
}
ERRORS = {
    "400": "有字段需要改正",
    "401": "没有登录，或令牌无效",
    "403": "没有这个权限",
    "404": "没有，或不在您的区域",
    "405": "不支持这个方法",
    "406": "只提供 JSON",
    "409": "和现状冲突；code 说明原因",
    "415": "只收 JSON",
    "422": "幂等键已用于另一个请求",
    "429": "太频繁，稍后再试",
}


class Schema(AutoSchema):
    """Adds the problem answers."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for status, text in ERRORS.items():
            bodies.setdefault(
                status,
                {"description": text, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
            )
        return bodies


def add_problem(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Post-processing hook: the Problem component."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return result
