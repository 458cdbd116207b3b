"""What purchases refer to: agencies, commodity codes, the City’s own pages."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from opportunities.analysis import search_words
from opportunities.choices import CodeScheme
from opportunities.validators import validate_official_address


class Agency(models.Model):
    """A City agency that buys. One today; nothing assumes that it stays the only one."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    acronym = models.CharField(_("acronym"), max_length=20, blank=True)
    budget_code = models.CharField(
        _("budget code"),
        max_length=3,
        unique=True,
        help_text=_("Three digits; each EPIN of the agency begins with them."),
    )
    passport_name = models.CharField(
        _("name in PASSPort"),
        max_length=120,
        blank=True,
        help_text=_("As vendors must type it there to find the agency."),
    )

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")

    def __str__(self) -> str:
        return self.name


class CommodityCode(models.Model):
    """A code by which vendors are found: the words first, then the number."""

    scheme = models.CharField(_("scheme"), max_length=8, choices=CodeScheme.choices)
    code = models.CharField(_("code"), max_length=20)
    title = models.CharField(
        _("title"),
        max_length=200,
        blank=True,
        help_text=_("Blank for NIGP: its titles are copyrighted."),
    )
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("commodity code")
        verbose_name_plural = _("commodity codes")
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "code"], name="commodity_code_once_per_scheme"
            )
        ]

    def __str__(self) -> str:
        number = f"{self.scheme.upper()} {self.code}"
        return f"{self.title} ({number})" if self.title else number


class SynonymGroup(models.Model):
    """Words of the trade that mean the same to whoever searches. Searches and alerts follow at once."""

    words = models.CharField(
        _("words"),
        max_length=500,
        help_text=_("Separated by commas, such as: janitorial, cleaning, custodial, porter."),
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("synonyms")
        verbose_name_plural = _("synonyms")

    def __str__(self) -> str:
        return self.words

    def clean(self) -> None:
        """Raise ``ValidationError`` unless there are two different words or more."""
        different = {tuple(search_words(word)) for word in self.words.split(",")} - {()}
        if len(different) < 2:
            raise ValidationError(
                {"words": _("Give at least two different words, separated by commas.")}
            )


class OfficialLinkQuerySet(models.QuerySet["OfficialLink"]):
    def by_key(self) -> dict[str, "OfficialLink"]:
        """Return every link by its key, in one query."""
        return {link.key: link for link in self}


class OfficialLink(models.Model):
    """A page of the City that we send people to. Staff edit it here when the City moves the page."""

    key = models.SlugField(
        _("key"), unique=True, help_text=_("How our pages name it; do not change it.")
    )
    title = models.CharField(_("title"), max_length=200)
    url = models.URLField(
        _("address"),
        validators=[validate_official_address],
        blank=True,
        help_text=_("Blank: not known. The title is then shown without a link."),
    )
    owner = models.CharField(
        _("owner"), max_length=120, help_text=_("The agency whose page it is.")
    )
    last_checked_on = models.DateField(
        _("last checked"), null=True, blank=True, help_text=_("The day somebody opened it.")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects: ClassVar[Any] = OfficialLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("official link")
        verbose_name_plural = _("official links")

    def __str__(self) -> str:
        return self.title
