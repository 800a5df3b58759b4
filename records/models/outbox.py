"""Messages to people: the inbox, and the queue of e-mails and text messages."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records import data_class


class MessageQuerySet(models.QuerySet["Message"]):
    def inbox(self, user: object) -> "MessageQuerySet":
        """What the person reads on the portal; an inbox row is delivered by its own commit, exactly once."""
        return self.filter(recipient=user, channel=Message.Channel.INBOX)

    def due(self) -> "MessageQuerySet":
        return self.filter(state=Message.State.PENDING, due_at__lte=timezone.now())


class Message(models.Model):
    """One message on one channel. Texts name the matter, never a child or an elder: ``link`` leads there after login."""

    data_class = data_class.PERSONAL

    class Channel(models.TextChoices):
        INBOX = "inbox", _("站内信")
        EMAIL = "email", _("电子邮件")
        SMS = "sms", _("短信")

    class State(models.TextChoices):
        PENDING = "pending", _("待发送")
        SENDING = "sending", _("发送中")
        SENT = "sent", _("已发送")
        UNKNOWN = "unknown", _("不确定是否送达")
        FAILED = "failed", _("发送失败")

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages", verbose_name=_("收件人"))
    channel = models.CharField(_("渠道"), max_length=5, choices=Channel.choices, default=Channel.INBOX)
    kind = models.CharField(_("种类"), max_length=40)
    subject = models.CharField(_("标题"), max_length=120)
    body = models.TextField(_("正文"), blank=True)
    link = models.CharField(_("链接"), max_length=200, blank=True)
    once = models.CharField(_("去重键"), max_length=80, blank=True)
    state = models.CharField(_("状态"), max_length=7, choices=State.choices, default=State.PENDING)
    created_at = models.DateTimeField(_("时间"), default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    provider_id = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=120, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "channel", "once"], condition=~Q(once=""), name="message_once"),
            models.CheckConstraint(condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent"), name="message_sent_is_dated"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="pending"), name="message_pending"),
            models.Index(fields=["recipient", "-id"], condition=Q(channel="inbox"), name="message_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
