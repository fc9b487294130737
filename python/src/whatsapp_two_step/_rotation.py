"""All of rotation: what a program that rotates imports at its first use of it."""

from whatsapp_two_step._accounts import FleetAccount
from whatsapp_two_step._async_rotate_all import AsyncRotateAll
from whatsapp_two_step._async_rotator import AsyncRotator
from whatsapp_two_step._check_async_vault import check_async_vault
from whatsapp_two_step._check_vault import check_vault
from whatsapp_two_step._fleet import FleetHold, FleetProgress, RotationEnd
from whatsapp_two_step._rotate_all import RotateAll
from whatsapp_two_step._rotated import Rotation
from whatsapp_two_step._rotator import Rotator
from whatsapp_two_step._secret import Secret
from whatsapp_two_step._vault_error import VaultError, VaultFaultError
from whatsapp_two_step._vaults import MemoryVault, PostgresVault, SqliteVault

__all__ = [
    "AsyncRotateAll",
    "AsyncRotator",
    "FleetAccount",
    "FleetHold",
    "FleetProgress",
    "MemoryVault",
    "PostgresVault",
    "RotateAll",
    "Rotation",
    "RotationEnd",
    "Rotator",
    "Secret",
    "SqliteVault",
    "VaultError",
    "VaultFaultError",
    "check_async_vault",
    "check_vault",
]
