"""Words that several kinds share: groups with who sees them, choices, and kind endings."""

from __future__ import annotations

from typing import Final

from ppflow.kinds.form import Stop

YOU: Final = "You"
THIS: Final = "This opportunity"
HELP: Final = "Help to take part"
EXPERIENCE: Final = "Your experience"
SCREENING: Final = "The study team’s questions"
PERMISSIONS: Final = "Your permissions"

# Said under the group's heading on the check page and on the staff page.
WHO_SEES: Final = {
    HELP: "Seen by the people who contact you, so that they can arrange it.",
    EXPERIENCE: (
        "Kept locked. Only the person who answers you can open it, and each look is recorded."
    ),
    SCREENING: (
        "Kept locked. Only the person who answers you can open it, and each look is recorded."
    ),
}

PRIVACY: Final = "We use your answers only to reply to you about this."

YES_NO: Final = (("yes", "Yes"), ("no", "No"))
YES_NO_UNSURE: Final = (("yes", "Yes"), ("no", "No"), ("unsure", "I am not sure"))
BY_PHONE: Final = ("by_phone", "I would rather say by phone")

FORMATS: Final = (
    ("large_print", "Large print"),
    ("easy_read", "Easy read"),
    ("braille", "Braille"),
    ("audio", "Audio"),
    ("bsl_video", "BSL video"),
    ("plain_text", "Plain text for a screen reader"),
    ("another_language", "Another language"),
    ("other", "Something else, as I said above"),
)
LANGUAGES: Final = (
    ("", "English is fine"),
    ("bsl", "British Sign Language interpreter"),
    ("arabic", "Arabic"),
    ("bengali", "Bengali"),
    ("polish", "Polish"),
    ("punjabi", "Punjabi"),
    ("romanian", "Romanian"),
    ("urdu", "Urdu"),
    ("other", "Another language, said below"),
)
TIMES: Final = (
    ("morning", "Morning"),
    ("afternoon", "Afternoon"),
    ("evening", "Evening, up to 7.30pm"),
    ("message", "You may leave a message"),
)
CONTACT_BY: Final = (
    ("email", "Email"),
    ("phone", "Phone", "A person rings you. We never leave details with anyone else."),
    ("post", "Post"),
)
FREE_TIMES: Final = (
    ("weekday_mornings", "Weekday mornings"),
    ("weekday_afternoons", "Weekday afternoons"),
    ("evenings", "Evenings"),
    ("weekends", "Weekends"),
)
TOPICS: Final = (
    ("any", "Any health topic"),
    ("ageing", "Ageing and frailty"),
    ("cancer", "Cancer"),
    ("care", "Social care and carers"),
    ("children", "Children and young people"),
    ("digital", "Digital health and data"),
    ("heart", "Heart, stroke and diabetes"),
    ("mental_health", "Mental health"),
    ("maternity", "Pregnancy and birth"),
    ("fairness", "Fair access to care and research"),
)
WHO: Final = (
    ("patient", "A patient or someone who uses services"),
    ("carer", "An unpaid carer"),
    ("family", "Family or a friend of a patient"),
    ("public", "A member of the public"),
    ("community", "Part of a community group"),
)

STOPS: Final = {
    "too-young": Stop(
        "This form is for older people",
        (
            "We cannot take this form from you yet. We have kept nothing that you typed.",
            "You can still help research. Ring us, and we will tell you what is open to you. "
            "A parent, carer or teacher can ring with you.",
        ),
    ),
    "cannot-decide": Stop(
        "Please talk to the study team first",
        (
            "The law gives extra protection to people who cannot decide for themselves. "
            "So this form is not the right way. We have kept nothing that you typed.",
            "The study team can talk this through with you and tell you what is possible.",
        ),
    ),
    "not-agreed": Stop(
        "Please ask them first",
        (
            "We can only keep details of people who know and agree. "
            "We have kept nothing that you typed.",
            "When they agree, come back and fill in the form, or ring us together.",
        ),
    ),
}
