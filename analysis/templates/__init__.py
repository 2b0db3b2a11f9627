"""What text does a chat become under a template? The template is found, rendered, and its faults are named."""

from analysis.templates.chats import Chat, chat_of
from analysis.templates.faults import PARTS, dropped_parts, has_python_repr
from analysis.templates.finding import KnownTemplate, find_template, known_by, known_templates, missing_packages
from analysis.templates.matrix import Verdict, support_matrix
from analysis.templates.meter import Limits
from analysis.templates.renderer import DATE, Rendered, Renderer
from analysis.templates.template import Template, guessed_specials
from analysis.templates.wheels import training_twin

__all__ = [
    "DATE",
    "PARTS",
    "Chat",
    "KnownTemplate",
    "Limits",
    "Rendered",
    "Renderer",
    "Template",
    "Verdict",
    "chat_of",
    "dropped_parts",
    "find_template",
    "guessed_specials",
    "has_python_repr",
    "known_by",
    "known_templates",
    "missing_packages",
    "support_matrix",
    "training_twin",
]
