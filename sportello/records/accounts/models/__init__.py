from .invitation import Invitation, InvitationTeam
from .membership import Membership, TeamMembership
from .team import Team
from .user import User

__all__ = ["Invitation", "InvitationTeam", "Membership", "Team", "TeamMembership", "User"]
