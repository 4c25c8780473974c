from .absence import Absence
from .branch import Branch
from .invitation import Invitation, InvitationTeam
from .membership import Membership, TeamMembership
from .outside import OutsideProvider
from .team import Team
from .user import User

__all__ = [
    "Absence", "Branch", "Invitation", "InvitationTeam", "Membership", "OutsideProvider", "Team", "TeamMembership",
    "User",
]  # fmt: skip
