from .branch import Branch
from .invitation import Invitation, InvitationTeam
from .membership import Membership, TeamMembership
from .team import Team
from .user import User

__all__ = ["Branch", "Invitation", "InvitationTeam", "Membership", "Team", "TeamMembership", "User"]
