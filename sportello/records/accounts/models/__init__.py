from .absence import Absence
from .branch import Branch
from .invitation import Invitation, InvitationTeam
from .membership import Membership, TeamMembership
from .team import Team
from .user import User

__all__ = ["Absence", "Branch", "Invitation", "InvitationTeam", "Membership", "Team", "TeamMembership", "User"]
