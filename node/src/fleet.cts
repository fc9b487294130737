/**
 * Why no other number is begun.
 *
 * - `asked`: by `stop`, an abort, or because the loop was left.
 * - `max_failures`, `canary`: as these options say.
 * - `vault`: it stayed away.
 * - `token`: the server refused the only one, or all.
 * - `settings`: the client is closed, or a setting forbids calls.
 */
export type FleetStop = 'asked' | 'max_failures' | 'canary' | 'vault' | 'token' | 'settings'

/**
 * What holds numbers.
 *
 * - `limit`: the calls of the last hour are near the limit.
 * - `refused`: the server refuses calls for a while.
 * - `vault`: it can't be reached.
 * - `busy`: another program may be at work on them.
 */
export type HoldReason = 'limit' | 'refused' | 'vault' | 'busy'

/** Why some numbers wait. */
export interface FleetHold {
  /** What holds them. */
  readonly reason: HoldReason
  /** The account that is held; absent if all are. */
  readonly wabaId?: string
  /** For how long, as far as is known now. */
  readonly waitMs: number
  /** How many wait for it. */
  readonly numbers: number
}

/** How far many rotations have come. */
export interface FleetProgress {
  /** How many numbers there are. */
  readonly total: number
  /** How many have a new PIN by this run. */
  readonly rotated: number
  /** How many were left alone: settled since `since`. */
  readonly alone: number
  /** How many have failed. */
  readonly failed: number
  /** How many of these have two PINs in the vault, of which either may hold. */
  readonly unsettled: number
  /** How many calls the server refused for its limits; they are made later. */
  readonly refused: number
  /** How many are neither done nor under way. */
  readonly left: number
  /** How many are under way. */
  readonly inFlight: number
  /** Why some wait. */
  readonly holds: readonly FleetHold[]
  /** Why no other number is begun. */
  readonly stopped?: FleetStop
}
