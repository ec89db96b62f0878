"""Controlled vocabularies: the closed sets of words that instrument, catalog and rules share.

Source of the words: the catalog schema and the instrument. A new word is added here first; loaders then refuse
anything else, so a typo in a data file is a fault with a place, never a silent miss.
"""

from enum import IntEnum, StrEnum

__all__ = [
    "US_STATES",
    "AnswerMode",
    "Audience",
    "Cost",
    "Domain",
    "EvidenceKind",
    "FocusArea",
    "Form",
    "GradeBand",
    "ImportanceKey",
    "Length",
    "Level",
    "Modality",
    "NeedWord",
    "Phase",
    "ProviderKind",
    "ReadinessAdvice",
    "ResourceType",
    "RuleEffect",
    "RuleOutcome",
    "ScoreStatus",
    "ServiceType",
    "SpecialAnswer",
    "SupportKind",
    "Visibility",
]


# fmt: off
US_STATES = (
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY",
    "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH",
    "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "AS", "GU", "MP",
    "PR", "VI",
)
# fmt: on
"""The states, DC and the territories: what a provider that serves `US` serves."""


class Domain(StrEnum):
    """The eleven capacity domains, in the order of the instrument."""

    LEADERSHIP_ALIGNMENT = "leadership-alignment"
    TEAM_AND_TIME = "team-and-time"
    EQUITY_AND_VOICE = "equity-and-voice"
    SHARED_AIM_AND_THEORY = "shared-aim-and-theory"
    IMPROVEMENT_METHODS = "improvement-methods"
    DATA_AND_MEASUREMENT = "data-and-measurement"
    INSTRUCTIONAL_IMPROVEMENT = "instructional-improvement"
    CULTURE_AND_ADULT_LEARNING = "culture-and-adult-learning"
    NETWORK_LEADERSHIP = "network-leadership"
    KNOWLEDGE_AND_SPREAD = "knowledge-and-spread"
    SUSTAINABILITY = "sustainability"


class Level(IntEnum):
    """Capacity levels; a domain mean of 2.4 lies between DEVELOPING and APPLYING."""

    EMERGING = 1
    DEVELOPING = 2
    APPLYING = 3
    LEADING = 4


class Form(StrEnum):
    """Which questionnaire a group answers."""

    TEAM = "team"
    HUB = "hub"


class AnswerMode(StrEnum):
    """Alone (several responses) or agreed together (exactly one response)."""

    INDIVIDUAL = "individual"
    CONSENSUS = "consensus"


class Length(StrEnum):
    """FULL asks every item; SHORT asks core items everywhere and all items in the focus domains."""

    FULL = "full"
    SHORT = "short"


class SpecialAnswer(StrEnum):
    """Answers that carry no level."""

    NOT_SURE = "not_sure"
    NOT_APPLICABLE = "not_applicable"
    SKIPPED = "skipped"


class ImportanceKey(StrEnum):
    """How much a team wants to get better at a domain in the next twelve months."""

    NOT_NOW = "not_now"
    USEFUL = "useful"
    IMPORTANT = "important"
    TOP_THREE = "top_three"


class ScoreStatus(StrEnum):
    """Why a domain has, or lacks, a score."""

    SCORED = "scored"
    TOO_FEW_ANSWERS = "too_few_answers"
    SET_ASIDE = "set_aside"
    NOT_ON_FORM = "not_on_form"


class Visibility(StrEnum):
    """What the privacy rule lets anyone see of a team's numbers."""

    NOTHING = "nothing"
    MEAN_AND_LEVEL = "mean_and_level"
    DETAIL = "detail"


class NeedWord(StrEnum):
    """How sure it is that a need is among the team's first three."""

    START_HERE = "start here"
    CLOSE_CALL = "close call"
    LATER = "later"
    NOT_ENOUGH_ANSWERS = "not enough answers"


class ReadinessAdvice(StrEnum):
    """How to begin with a need; never changes the need itself."""

    PREPARE_FIRST = "prepare first"
    START = "start"
    START_SMALL = "start small"


class SupportKind(StrEnum):
    """Kinds of support that are ranked, each in its own list."""

    RESOURCE = "resource"
    PROVIDER = "provider"


class Phase(StrEnum):
    """Phases of a support plan."""

    START_NOW = "start now"
    BUILD = "build"
    PARTNER = "partner"


class FocusArea(StrEnum):
    """What the improvement work is about."""

    ON_TRACK_GRADE_8 = "on-track-grade-8"
    ON_TRACK_GRADE_9 = "on-track-grade-9"
    COLLEGE_READINESS = "college-readiness"
    POSTSECONDARY_ENROLLMENT = "postsecondary-enrollment"
    MATH = "math"
    LITERACY = "literacy"
    SCIENCE = "science"
    ENGLISH_LEARNERS = "english-learners"
    STUDENTS_WITH_DISABILITIES = "students-with-disabilities"
    ATTENDANCE = "attendance"
    SOCIAL_EMOTIONAL_LEARNING = "social-emotional-learning"
    SCHOOL_CLIMATE = "school-climate"
    DISCIPLINE = "discipline"
    EARLY_WARNING = "early-warning"
    LEARNING_RECOVERY = "learning-recovery"
    SCHOOL_REDESIGN = "school-redesign"
    TEACHER_DEVELOPMENT = "teacher-development"
    PRINCIPAL_DEVELOPMENT = "principal-development"
    FAMILY_ENGAGEMENT = "family-engagement"
    CAREER_PATHWAYS = "career-pathways"
    GENERAL = "general"


class GradeBand(StrEnum):
    """Grades served; ALL meets every band."""

    ELEMENTARY = "elementary"
    MIDDLE = "middle"
    HIGH = "high"
    POSTSECONDARY = "postsecondary"
    ALL = "all"


class Audience(StrEnum):
    """People for whom a support was made; also the roles a respondent can have (plus `other`)."""

    TEACHER = "teacher"
    TEACHER_LEADER = "teacher-leader"
    COACH = "coach"
    SCHOOL_LEADER = "school-leader"
    DISTRICT_LEADER = "district-leader"
    NETWORK_HUB = "network-hub"
    IMPROVEMENT_TEAM = "improvement-team"
    STATE_AGENCY = "state-agency"
    FUNDER = "funder"
    COUNSELOR = "counselor"
    DATA_LEAD = "data-lead"
    FAMILY_COMMUNITY = "family-community"


class Modality(StrEnum):
    """How a support is delivered; HYBRID meets in person and virtual."""

    SELF_PACED = "self-paced"
    FACILITATED_VIRTUAL = "facilitated-virtual"
    FACILITATED_IN_PERSON = "facilitated-in-person"
    HYBRID = "hybrid"
    DOCUMENT = "document"


class Cost(StrEnum):
    """What a support costs; unknown is null in the catalog, never a word."""

    FREE = "free"
    PAID = "paid"
    MIXED = "mixed"


class ResourceType(StrEnum):
    """Form of a self-serve resource."""

    TOOLKIT = "toolkit"
    GUIDE = "guide"
    PRACTICE_GUIDE = "practice-guide"
    TEMPLATE = "template"
    PROTOCOL = "protocol"
    RUBRIC_OR_ASSESSMENT = "rubric-or-assessment"
    COURSE = "course"
    VIDEO = "video"
    WEBINAR = "webinar"
    CASE_STUDY = "case-study"
    RESEARCH_BRIEF = "research-brief"
    REPORT = "report"
    BOOK = "book"
    ARTICLE = "article"
    DATASET_OR_DASHBOARD = "dataset-or-dashboard"
    TOOL = "tool"
    DISCUSSION_GUIDE = "discussion-guide"


class EvidenceKind(StrEnum):
    """Kind of evidence named by a resource's own sources."""

    ESSA_TIER = "essa-tier"
    WWC = "wwc"
    RCT = "rct"
    QUASI_EXPERIMENTAL = "quasi-experimental"
    FIELD_TESTED = "field-tested"
    EXPERT_CONSENSUS = "expert-consensus"


class ProviderKind(StrEnum):
    """Kind of provider organization (the catalog field `kind`)."""

    NONPROFIT = "nonprofit"
    UNIVERSITY_CENTER = "university-center"
    FEDERAL_CENTER = "federal-center"
    REGIONAL_AGENCY = "regional-agency"
    FOR_PROFIT = "for-profit"
    NETWORK = "network"


class ServiceType(StrEnum):
    """Kind of service a provider offers."""

    COACHING = "coaching"
    TECHNICAL_ASSISTANCE = "technical-assistance"
    CONVENING = "convening"
    SITE_VISIT = "site-visit"
    WORKSHOP = "workshop"
    COURSE = "course"
    COMMUNITY_OF_PRACTICE = "community-of-practice"
    EVALUATION_AND_RESEARCH = "evaluation-and-research"
    DATA_SERVICES = "data-services"
    STRATEGIC_PLANNING = "strategic-planning"
    CURRICULUM_SUPPORT = "curriculum-support"
    FACILITATION = "facilitation"


class RuleEffect(StrEnum):
    """REQUIRE and EXCLUDE decide eligibility; PREFER and DISCOURAGE carry a weight."""

    REQUIRE = "require"
    EXCLUDE = "exclude"
    PREFER = "prefer"
    DISCOURAGE = "discourage"


class RuleOutcome(StrEnum):
    """Three-valued result of a rule's test; UNKNOWN never excludes and carries no weight."""

    MET = "met"
    MISSED = "missed"
    UNKNOWN = "unknown"
