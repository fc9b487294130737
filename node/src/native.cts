// The native library, and the shape of what crosses to it. What crosses is checked there: here it is unknown.

import type { Reason, TwoStepErrorFields } from './errors.cjs'
import { load } from './load.cjs'
import type { RecordedRequest, SandboxStats } from './recorded.cjs'
import type { SetTwoStepPinResponse } from './response.cjs'
import type { TransportRequest, Unprocessed } from './transport.cjs'
import type { AttemptEnd } from './watch.cjs'

export interface NativeModule {
  createClient(settings: unknown, variables: NodeJS.ProcessEnv, isFromEnv: boolean): NativeClient | Failure
  invalidSetting(setting: string, problem: string): Failure
  startSandbox(port: number): NativeSandbox | NotStarted
  BuiltInCalls: new (onEvents: (events: CallEvent[]) => void) => BuiltInCalls
  HostCall: new () => HostCall
  /** Past so many bytes an answer's body is too large. */
  MAX_BODY_BYTES: number
}

export interface NativeClient {
  readonly baseUrl: string
  readonly apiVersion: string
  readonly maxInFlight: number
  withAccessToken(accessToken: unknown): NativeClient | Failure
  checkReach(loopbackOnly: string): Failure | null
  close(): void
}

/** What a user gave a call. */
export type GivenCall = readonly [phoneNumberId: unknown, pin: unknown, options: unknown]

/** Calls over the built-in transport. */
export interface BuiltInCalls {
  start(client: NativeClient, call: number, phoneNumberId: unknown, pin: unknown, options: unknown, isWatched: boolean): Failure | null
  cancel(call: number): void
}

/** One of the three is there; an attempt ends before the call does. */
export interface CallEvent {
  readonly call: number
  readonly attempt?: AttemptEnd
  readonly success?: SetTwoStepPinResponse
  readonly failure?: Failure
}

export interface Failure extends TwoStepErrorFields {
  readonly causes: string[]
}

/** One call over a transport in JavaScript: each method says what came of the step before, and gives the next one. */
export interface HostCall {
  begin(client: NativeClient, phoneNumberId: unknown, pin: unknown, options: unknown, seed: number, isWatched: boolean): NativeStep
  answered(elapsedMs: number, status: number, headers: string[], body: string | Uint8Array): NativeStep
  unusable(elapsedMs: number, part: AnswerPart): NativeStep
  failed(elapsedMs: number, exception: Exception): NativeStep
  expired(elapsedMs: number, mayHaveLeft: boolean): NativeStep
  waited(elapsedMs: number): NativeStep
  repeatsASecret(text: string): boolean
}

/** What to do next: one of the first four is there. */
export interface NativeStep {
  readonly request?: NativeRequest
  readonly waitMs?: number
  readonly success?: SetTwoStepPinResponse
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
  close(): void
}

export const native = load() as NativeModule
