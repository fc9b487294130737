/**
 * What a vault holds of a number after a rotation that failed.
 *
 * - `untouched`: nothing was sent, and it is as it was.
 * - `settled`: no PIN is pending, and the one before holds.
 * - `unsettled`: two PINs, of which either may hold; run it again.
 * - `confirmed`: the server has set the new PIN, and the vault has it as pending; run it again.
 */
export type VaultState = 'untouched' | 'settled' | 'unsettled' | 'confirmed'
