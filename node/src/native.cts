// The native library, and the shape of what crosses to it. What crosses is checked there: here it is unknown.

import type { Reason, TwoStepErrorFields } from './errors.cjs'
import type { FleetProgress } from './fleet.cjs'
import { load } from './load.cjs'
import type { RecordedRequest, SandboxStats } from './recorded.cjs'
import type { Success } from './response.cjs'
import type { TransportRequest, Unprocessed } from './transport.cjs'
import type { VaultErrorKind } from './vault_error.cjs'
import type { VaultState } from './vault_state.cjs'
import type { AttemptEnd } from './watch.cjs'

export interface NativeModule {
  createClient(settings: unknown, variables: NodeJS.ProcessEnv, isFromEnv: boolean): NativeClient | Failure
  invalidSetting(setting: string, problem: string): Failure
  generatePin(): string | Failure
  isWeakPin(pin: unknown): boolean | Failure
  securityEvents(body: unknown, signature: unknown, appSecret: unknown): NativeEvent[] | Failure
  quietMarginMs(options: unknown): number | Failure
  parseEntry(text: unknown): NativeEntry | VaultFailure
  generateVaultKey(): string | Failure
  beginCheck(phoneNumberId: unknown): NativeCheck | Failure
  openNativeVault(isFile: boolean, place: unknown, key: unknown): NativeVault | Failure
  startSandbox(port: number, numbers: number, wabas: number): NativeSandbox | NotStarted
  BuiltInCalls: new (onEvents: (events: CallEvent[]) => void) => BuiltInCalls
  HostCall: new () => HostCall
  NativeAccounts: new () => NativeAccounts
}

export interface NativeClient {
  readonly baseUrl: string
  readonly apiVersion: string
  readonly maxInFlight: number
  withAccessToken(accessToken: unknown): NativeClient | Failure
  setTwoStepPin(phoneNumberId: unknown, pin: unknown, options: unknown): NativeOperation | Failure
  phoneNumbers(wabaId: unknown, options: unknown): NativePages | Failure
  beginRotation(phoneNumberId: unknown, quietMarginMs: number, options: unknown, draws: boolean): NativeRotation | Failure
  beginFleet(accounts: NativeAccounts, quietMarginMs: number, options: unknown): NativeFleet | Failure
  checkReach(loopbackOnly: string): Failure | null
  close(): void
}

declare const checked: unique symbol

/** An operation whose values are checked, for one call. */
export interface NativeOperation {
  readonly [checked]: true
}

/** The pages of an account's numbers. */
export interface NativePages {
  /** The read of the next one; null after the last one, and after an error. */
  next(): NativeOperation | null
}

/** Calls over the built-in transport. */
export interface BuiltInCalls {
  start(client: NativeClient, call: number, operation: NativeOperation, isWatched: boolean): Failure | null
  cancel(call: number): void
}

/** One of the three is there; an attempt ends before the call does. */
export interface CallEvent {
  readonly call: number
  readonly attempt?: AttemptEnd
  readonly success?: Success
  readonly failure?: Failure
}

export interface Failure extends TwoStepErrorFields {
  readonly causes: string[]
}

/** One call over a transport in JavaScript: each method says what came of the step before, and gives the next one. */
export interface HostCall {
  begin(client: NativeClient, operation: NativeOperation, seed: number, isWatched: boolean): NativeStep
  answered(elapsedMs: number, status: number, headers: string[], body: string | Uint8Array): NativeStep
  unusable(elapsedMs: number, part: AnswerPart): NativeStep
  failed(elapsedMs: number, exception: Exception): NativeStep
  expired(elapsedMs: number, mayHaveLeft: boolean): NativeStep
  waited(elapsedMs: number): NativeStep
  repeatsASecret(text: string): boolean
  /** To be asked right before a request is handed to the transport. */
  maySend(): boolean
}

/** Hears what a vault gave, or threw. */
export interface Hears {
  loaded(entry: NativeEntry, version: string): void
  loadedNothing(): void
  saved(version: string): void
  failed(kind: string, message: string): void
  repeatsASecret(text: string): boolean
}

/** One run of a rotation: it hears what came of the step that `next` gave. */
export interface NativeRotation extends Hears {
  next(): NativeRotationStep
}

/** One check of a vault: each of its asks hears what came of it. */
export interface NativeCheck {
  next(): NativeCheckStep
}

export type NativeCheckStep =
  | { readonly kind: 'ask'; readonly asks: NativeAsk[] }
  | { readonly kind: 'kept' }
  | { readonly kind: 'broken'; readonly message: string; readonly number?: number }

export interface NativeAsk extends Hears {
  readonly number: number
  wish(): (NativeLoad | NativeSave) & { readonly phoneNumberId: string }
}

export interface NativeLoad {
  readonly kind: 'load'
}

export interface NativeSave {
  readonly kind: 'save'
  readonly entry: NativeEntry
  readonly expected?: string
}

export type NativeRotationStep =
  | NativeLoad
  | NativeSave
  | { readonly kind: 'call'; readonly operation: NativeOperation }
  | { readonly kind: 'done'; readonly rotation?: RotationEnd }
  | { readonly kind: 'failed'; readonly failure?: Failure; readonly vaultFailure?: VaultFailure }

export interface RotationEnd {
  readonly phoneNumberId: string
  /** Since 1970. */
  readonly rotatedAtMs: number
  readonly resumed: boolean
  readonly attempts: number
  readonly traceId?: string
}

/** The accounts of many rotations. */
export interface NativeAccounts {
  add(numbers: unknown[], wabaId: unknown, accessToken: unknown): Failure | null
}

/** Many rotations: which is next, and when. */
export interface NativeFleet {
  /** Since 1970. */
  readonly sinceMs: number
  readonly concurrency: number
  next(elapsedMs: number): NativeFleetStep
  stop(): void
  progress(elapsedMs: number): FleetProgress
}

/** A turn; or how long to wait, without a time until the next end; or all is over. */
export interface NativeFleetStep {
  readonly turn?: NativeTurn
  readonly waitMs?: number
  readonly isDone: boolean
}

/** A number whose turn it is. */
export interface NativeTurn {
  readonly phoneNumberId: string
  /** The place of its account among those that were given. */
  readonly account: number
  rotation(): NativeRotation
  /** What it came to; null if it will have another turn. */
  ended(elapsedMs: number): NativeFleetEnd | null
  leave(): void
}

/** What a number came to: one of the last three, or none of them. */
export interface NativeFleetEnd {
  readonly phoneNumberId: string
  readonly wabaId?: string
  readonly rotation?: RotationEnd
  readonly failure?: Failure
  readonly vaultFailure?: VaultFailure
}

/** An entry of a vault. Times are milliseconds since 1970. */
export interface NativeEntry {
  readonly isSettled: boolean
  readonly rotatedAtMs: number | null
  readonly quietUntilMs: number | null
  serialize(): string
  mayHold(): string[]
}

export interface NativeVault {
  init(): Promise<VaultAnswer>
  ids(): Promise<VaultAnswer>
  load(phoneNumberId: unknown): Promise<VaultAnswer> | Failure
  save(phoneNumberId: unknown, entry: NativeEntry, expected: string | undefined): Promise<VaultAnswer> | Failure
}

/** A failure, or what was asked for. */
export interface VaultAnswer {
  readonly entry?: NativeEntry
  readonly version?: string
  readonly ids?: string[]
  readonly failure?: VaultFailure
}

export interface VaultFailure {
  readonly kind: VaultErrorKind
  readonly message: string
  readonly retryAfterMs?: number
  readonly vaultState?: VaultState
}

/** What to do next: one of the first four is there. */
export interface NativeStep {
  readonly request?: NativeRequest
  readonly waitMs?: number
  readonly success?: Success
  readonly failure?: Failure
  /** How the attempt ended that led to it, for a call that is watched. */
  readonly attempt?: AttemptEnd
}

export type NativeRequest = Omit<TransportRequest, 'redirect' | 'signal'>

export type AnswerPart = 'status' | 'headers' | 'body'

export interface Exception {
  /** Its text and those of its causes. */
  readonly texts: string[]
  readonly timedOut: boolean
  readonly beforeSending: boolean
  readonly unprocessed?: Unprocessed | undefined
  readonly reason?: Reason | undefined
  readonly lasting: boolean
  readonly programFault: boolean
}

export interface NativeEvent {
  readonly event: string
  readonly wabaId?: string
  readonly displayPhoneNumber?: string
  readonly requester?: string
  /** Since 1970. */
  readonly timeMs?: number
}

/** Why a sandbox could not start. */
export interface NotStarted {
  readonly isPortTaken: boolean
  readonly problem: string
}

export interface NativeSandbox {
  readonly baseUrl: string
  pin(phoneNumberId: string): string | null
  requests(): RecordedRequest[]
  stats(): SandboxStats
  reset(): void
  close(): void
}

export const native = load() as NativeModule
