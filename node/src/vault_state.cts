/**
 * What a vault holds of a number after a rotation that failed.
 *
 * - `untouched`: nothing was sent, and it is as it was.
 * - `settled`: no PIN is pending, and the current one holds.
 * - `unsettled`: the pending PIN and the current one, if there was one, of which either may hold; run it again.
 * - `confirmed`: the server has set the new PIN, and the vault has it as pending; run it again.
 */
export type VaultState = 'untouched' | 'settled' | 'unsettled' | 'confirmed'
