from .absence import Absence
from .invitation import Invitation, InvitationTeam
from .membership import Membership, TeamMembership
from .team import Team
from .user import User

__all__ = ["Absence", "Invitation", "InvitationTeam", "Membership", "Team", "TeamMembership", "User"]
