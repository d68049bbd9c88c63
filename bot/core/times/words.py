"""The words that times are told in: English, German, French, Spanish, and common slips.

Letters are small and have no accents here; `|` parts spellings of the same thing. A phrase is one
or several tokens of the grammar. A word that stands nowhere here is refused.
"""

from functools import cache

# A token of the grammar: its type, and what it says.
Pair = tuple[str, str | int]

_WEEKDAYS = (
    "mon|monday|moday|montag|lundi|lunes",
    "tue|tues|tuesday|teusday|tusday|dienstag|mardi|martes",
    "wed|weds|wednesday|wensday|wednsday|wendsday|mittwoch|mercredi|miercoles",
    "thu|thur|thurs|thursday|thrusday|thusday|thurday|donnerstag|jeudi|jueves",
    "fri|friday|firday|freitag|vendredi|viernes",
    "sat|saturday|saterday|satuday|samstag|sonnabend|samedi|sabado",
    "sun|sunday|sonntag|dimanche|domingo",
)
# They are also names, or words of another language: taken only where nothing else is likely.
_SHY_WEEKDAYS = (
    "mo|lun",
    "di",
    "mi|mer|mie",
    "do|jeu|jue",
    "fr|ven|vie",
    "sa|sam|sab",
    "so|dim|dom",
)
_MONTHS = (
    "jan|january|januar|janvier|janv|enero|ene|janurary|januray",
    "feb|february|februar|fevrier|fevr|febrero|febuary|feburary",
    "mar|march|marz|maerz|mars|marzo",
    "apr|april|avril|avr|abril|abr",
    "may|mai|mayo",
    "jun|june|juni|juin|junio",
    "jul|july|juli|juillet|juil|julio",
    "aug|august|aout|agosto",
    "sep|sept|september|septembre|septiembre|setiembre|setember",
    "oct|october|okt|oktober|octobre|octubre",
    "nov|november|novembre|noviembre|novemeber",
    "dec|december|dez|dezember|decembre|diciembre|dic|decemeber",
)
_NUMBERS = (
    ("one|eins|una", 1),
    ("two|zwei|deux|dos", 2),
    ("three|drei|trois|tres", 3),
    ("four|vier|quatre|cuatro", 4),
    ("five|funf|cinq|cinco", 5),
    ("six|sechs|seis", 6),
    ("seven|sieben|siete", 7),
    ("eight|acht|huit|ocho", 8),
    ("nine|neun|neuf|nueve", 9),
    ("ten|zehn|dix|diez", 10),
    ("eleven|elf|onze", 11),
    ("twelve|zwolf|douze|doce", 12),
    ("fifteen", 15),
    ("dix-sept|dix sept", 17),
    ("dix-huit|dix huit", 18),
    ("dix-neuf|dix neuf", 19),
    ("twenty|zwanzig|vingt|veinte", 20),
    ("thirty|dreissig|trente|treinta", 30),
    ("forty", 40),
    ("fifty", 50),
)
_UNITS = (
    ("seconds|sec|secs|s|sekunden", "second"),
    ("minute|minutes|min|mins|m|minuten|minuto|minutos", "minute"),
    ("hour|hours|hr|hrs|h|stunde|stunden|std", "hour"),
    ("day|days|d|tag|tage|tagen|jour|jours|dia|dias", "day"),
    ("week|weeks|wk|wks|w|woche|wochen|semaine|semaines|semana|semanas", "week"),
    ("fortnight|fortnights|quinzaine|quincena", "fortnight"),
    ("month|months|monat|monats|monate|monaten|mois|mes|meses", "month"),
    ("quarters|quartal|quartals|trimestre|trimestres", "quarter"),
    ("year|years|yr|yrs|jahr|jahres|jahre|jahren|ans|annee|l'annee|d'annee|ano|anos", "year"),
)
_ORDINALS = (
    ("first|erste|ersten|erster|premier|primer|primero", 1),
    ("zweite|zweiten|deuxieme|segundo", 2),
    ("third|dritte|dritten|troisieme|tercer|tercero", 3),
    ("fourth|vierte|vierten|quatrieme|cuarto", 4),
    ("fifth|funfte|funften|cinquieme|quinto", 5),
    ("sixth", 6),
    ("seventh", 7),
    ("eighth", 8),
    ("ninth", 9),
    ("tenth", 10),
    ("twentieth", 20),
    ("thirtieth", 30),
)
_MORNING, _AFTERNOON, _EVENING, _NIGHT = (
    ("PART", name) for name in ("morning", "afternoon", "evening", "night")
)
_PARTS = (
    (
        "morning|in the morning|morgens|fruh|vormittag|vormittags|matin|du matin|le matin",
        _MORNING,
    ),
    ("de la manana|por la manana", _MORNING),
    (
        "afternoon|in the afternoon|nachmittag|nachmittags|am nachmittag|apres-midi|l'apres-midi",
        _AFTERNOON,
    ),
    ("de l'apres-midi|tarde|de la tarde|por la tarde", _AFTERNOON),
    ("evening|in the evening|abend|abends|am abend|soir|du soir|le soir", _EVENING),
    (
        "night|at night|in the night|nachts|nacht|in der nacht|de la noche|por la noche|noche",
        _NIGHT,
    ),
)
_DAYS = (
    ("today|heute|aujourd'hui|hoy", 0),
    ("tomorrow|tmrw|tmr|tmw|tmrrw|tomorow|tommorow|tommorrow|tomorrrow|tomorro|demain", 1),
    ("yesterday|yday|yesteday|yesterady|gestern|hier|ayer", -1),
    ("day after tomorrow|the day after tomorrow|overmorrow|ubermorgen|uebermorgen", 2),
    ("apres-demain|apres demain|pasado manana", 2),
    ("day before yesterday|the day before yesterday|vorgestern|avant-hier|anteayer", -2),
)
_TODAYS = (
    ("tonight|tonite|this night|heute nacht|cette nuit|esta noche", 0, ("PART", "tonight")),
    ("this evening|heute abend|ce soir", 0, _EVENING),
    ("this afternoon|heute nachmittag|cet apres-midi|cette apres-midi|esta tarde", 0, _AFTERNOON),
    ("this morning|heute morgen|heute fruh|heute vormittag|ce matin|esta manana", 0, _MORNING),
    ("last night|gestern nacht|anoche", -1, ("PART", "last night")),
    ("last evening|gestern abend|hier soir", -1, _EVENING),
)
_LITTLE: tuple[tuple[str, tuple[Pair, ...]], ...] = (
    # These have other meanings beside some words: see context.py.
    ("a", (("A", ""),)),
    ("am", (("_ON", ""),)),
    ("morgen|manana", (("DAY", 1),)),
    ("second", (("UNIT", "second"),)),
    ("at|um|a las|a la", (("_AT", ""),)),
    ("on", (("_ON", ""),)),
    ("the|le|el|den|der", (("_THE", ""),)),
    ("of|de|du|von|vom", (("_OF", ""),)),
    ("in|dans|en|dentro de|im", (("_IN", ""),)),
    ("by|by the|d'ici|d'ici le", (("_BY", ""),)),
    ("to|through|until|till|til|bis|bis zum|jusqu'au|hasta|hasta el", (("TO", ""),)),
    ("and|und|y", (("_AND", ""),)),
    ("from|after|ab", (("_FROM", ""),)),
    ("an|ein|eine|einem|einer|un|une", (("A", ""),)),
    ("ago", (("AGO", ""),)),
    ("earlier|fruher|plus tot|antes", (("SHIFT", "earlier"),)),
    ("later|spater|plus tard|mas tarde|despues", (("SHIFT", "later"),)),
    ("from now|hence", (("_FROM", ""), ("NOW", ""))),
    ("vor|il y a|hace", (("VOR", ""),)),
    ("now|jetzt|maintenant|ahora|right now|just now", (("NOW", ""),)),
    ("next|nachste|nachsten|nachstes|nachster|kommender", (("NEXT", ""),)),
    (
        "this|this coming|coming|kommenden|diesen|diese|dieses|dieser|ce|cette|este|esta",
        (("THIS", ""),),
    ),
    ("last|letzten|letzte|letztes", (("LAST", ""),)),
    ("prochain|prochaine|que viene|proximo|proxima", (("AFTER", "next"),)),
    ("dernier|derniere|pasado|pasada", (("AFTER", "last"),)),
    ("weekend|week-end|wochenende|fin de semana", (("WEEKEND", ""),)),
    ("o'clock|oclock|o clock", (("_OCLOCK", ""),)),
    ("uhr", (("_UHR", ""),)),
    ("heure|heures|hora|horas", (("HEURE", ""),)),
    ("noon|midday|mittag|mittags|midi|mediodia", (("NOON", ""),)),
    ("midnight|mitternacht|minuit|medianoche", (("MIDNIGHT", ""),)),
    ("half", (("HALFWORD", ""),)),
    ("halb", (("_HALB", ""),)),
    ("quarter|a quarter|viertel", (("QUART", ""),)),
    ("past|nach", (("_PAST", ""),)),
    ("and a half", (("ANDHALF", ""),)),
    ("y media|et demie|et demi", (("FRACTION", 30),)),
    ("y cuarto|et quart", (("FRACTION", 15),)),
    ("menos cuarto|moins le quart|moins quart", (("FRACTION", -15),)),
    (
        "half an hour|a half hour|half hour|eine halbe stunde|einer halben stunde",
        (("NUM", "30"), ("UNIT", "minute")),
    ),
    ("une demi-heure|media hora", (("NUM", "30"), ("UNIT", "minute"))),
    (
        "quarter of an hour|a quarter of an hour|quarter hour|a quarter hour",
        (("NUM", "15"), ("UNIT", "minute")),
    ),
    ("end of|the end of|end of the|the end of the|end|ende|ende des|ende der", (("END", ""),)),
    ("eod|end of day|end of the day", (("EOD", ""),)),
    ("eow", (("END", ""), ("UNIT", "week"))),
    ("eom|monatsende", (("END", ""), ("UNIT", "month"))),
    (
        "eoq|end of quarter|end of the quarter|quartalsende",
        (("END", ""), ("UNIT", "quarter")),
    ),
    ("eoy|jahresende", (("END", ""), ("UNIT", "year"))),
    ("time|standard time|daylight time|summer time|zeit", (("_TIME", ""),)),
    (
        "every|each|daily|weekly|biweekly|fortnightly|monthly|jeden|jede|chaque|cada|tous les",
        (("EVERY", ""),),
    ),
)


@cache
def phrases() -> dict[str, tuple[Pair, ...]]:
    """Return the tokens of every word and phrase."""
    found: dict[str, tuple[Pair, ...]] = {}
    for spellings, tokens in (*_numbered(), *_named(), *_days(), *_LITTLE):
        for spelling in spellings.split("|"):
            found[spelling] = tokens
    return found | _german() | _ends()


def _ends() -> dict[str, tuple[Pair, ...]]:
    """Return "fin du", "a finales de la" and their like."""
    nouns = ("fin", "la fin", "a fin", "a la fin", "fines", "a fines", "finales", "a finales")
    return {
        f"{noun}{more}": (("END", ""),)
        for noun in (*nouns, "final", "a final", "al final")
        for more in ("", " de", " du", " de la", " del")
    }


def _german() -> dict[str, tuple[Pair, ...]]:
    """Return "Freitagabend" and its like, which are one word."""
    days = {
        name: number
        for number, names in enumerate(_WEEKDAYS)
        for name in names.split("|")
        if name.endswith(("tag", "mittwoch", "sonnabend"))
    }
    parts: tuple[tuple[str, Pair], ...] = (
        ("morgen", _MORNING),
        ("vormittag", _MORNING),
        ("mittag", ("NOON", "")),
        ("nachmittag", _AFTERNOON),
        ("abend", _EVENING),
        ("nacht", _NIGHT),
    )
    return {
        f"{day}{part}": (("WEEKDAY", number), pair)
        for day, number in days.items()
        for part, pair in parts
    }


def _numbered() -> list[tuple[str, tuple[Pair, ...]]]:
    tables = (("WEEKDAY", _WEEKDAYS, 0), ("SHY", _SHY_WEEKDAYS, 0), ("MONTH", _MONTHS, 1))
    found: list[tuple[str, tuple[Pair, ...]]] = [
        (names, ((kind, number),))
        for kind, table, first in tables
        for number, names in enumerate(table, first)
    ]
    found += [(names, (("NUM", str(number)),)) for names, number in _NUMBERS]
    found += [(names, (("ORD", number),)) for names, number in _ORDINALS]
    return [*found, (_repeated(), (("EVERY", ""),))]


def _repeated() -> str:
    """Say "Fridays" and "freitags", which mean every week."""
    names = [name for table in _WEEKDAYS for name in table.split("|")]
    return "|".join(f"{name}s" for name in names if name.endswith(("day", "tag", "woch")))


def _named() -> list[tuple[str, tuple[Pair, ...]]]:
    units: list[tuple[str, tuple[Pair, ...]]] = [
        (names, (("UNIT", unit),)) for names, unit in _UNITS
    ]
    return [*units, *((names, (part,)) for names, part in _PARTS)]


def _days() -> list[tuple[str, tuple[Pair, ...]]]:
    days: list[tuple[str, tuple[Pair, ...]]] = [(names, (("DAY", days),)) for names, days in _DAYS]
    return [*days, *((names, (("DAY", days), part)) for names, days, part in _TODAYS)]
