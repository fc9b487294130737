// The native library, and the shape of what crosses to it. What crosses is checked there: here it is unknown.

import type { TwoStepErrorFields } from './errors.cjs'
import type { RecordedRequest, SandboxStats } from './recorded.cjs'
import type { SetTwoStepPinResponse } from './response.cjs'
import type { TransportRequest, Unprocessed } from './transport.cjs'

export interface NativeModule {
  createClient(settings: unknown, variables: unknown): NativeClient | Failure
  invalidSetting(setting: string, problem: string): Failure
  startSandbox(port: number): NativeSandbox
  BuiltInCalls: new (client: NativeClient, onEnds: (ends: CallEnd[]) => void) => BuiltInCalls
  HostCall: new () => HostCall
}

export interface NativeClient {
  readonly baseUrl: string
  readonly apiVersion: string
}

/** The calls of one client over the built-in transport. */
export interface BuiltInCalls {
  start(call: number, phoneNumberId: unknown, pin: unknown): Failure | null
  cancel(call: number): void
}

/** One of the two is there. */
export interface CallEnd {
  readonly call: number
  readonly success?: SetTwoStepPinResponse
  readonly failure?: Failure
}

export interface Failure extends TwoStepErrorFields {
  readonly causes: string[]
}

/** One call over a transport in JavaScript: each method says what came of the step before, and gives the next one. */
export interface HostCall {
  begin(client: NativeClient, phoneNumberId: unknown, pin: unknown, seed: number): NativeStep
  answered(elapsedMs: number, status: number, headers: string[], body: string | Uint8Array): NativeStep
  unusable(elapsedMs: number, part: AnswerPart): NativeStep
  failed(elapsedMs: number, exception: Exception): NativeStep
  expired(elapsedMs: number, mayHaveLeft: boolean): NativeStep
  waited(elapsedMs: number): NativeStep
  repeatsASecret(text: string): boolean
}

/** What to do next: one of the four is there. */
export interface NativeStep {
  readonly request?: NativeRequest
  readonly waitMs?: number
  readonly success?: SetTwoStepPinResponse
  readonly failure?: Failure
}

export type NativeRequest = Omit<TransportRequest, 'signal'>

export type AnswerPart = 'status' | 'headers' | 'body'

export interface Exception {
  /** Its text and those of its causes. */
  readonly texts: string[]
  readonly timedOut: boolean
  readonly beforeSending: boolean
  readonly unprocessed?: Unprocessed | undefined
  readonly programFault: boolean
}

export interface NativeSandbox {
  readonly baseUrl: string | null
  pin(phoneNumberId: string): string | null
  requests(): RecordedRequest[]
  stats(): SandboxStats | null
  close(): void
}

/**
 * One package per platform, of which npm installs the fitting one. Where an installer ignores `libc` and both are there, the
 * first one that loads is right. The names are written out, so that bundlers and file tracers see them.
 */
const PACKAGES: Record<string, Array<() => NativeModule>> = {
  'linux-x64': [() => require('whatsapp-two-step-linux-x64-gnu'), () => require('whatsapp-two-step-linux-x64-musl')],
  'linux-arm64': [() => require('whatsapp-two-step-linux-arm64-gnu'), () => require('whatsapp-two-step-linux-arm64-musl')],
  'darwin-x64': [() => require('whatsapp-two-step-darwin-x64')],
  'darwin-arm64': [() => require('whatsapp-two-step-darwin-arm64')],
  'win32-x64': [() => require('whatsapp-two-step-win32-x64-msvc')],
  'win32-arm64': [() => require('whatsapp-two-step-win32-arm64-msvc')],
}

function load(): NativeModule {
  const platform = `${process.platform}-${process.arch}`
  const problems: unknown[] = []
  for (const open of PACKAGES[platform] ?? []) {
    try {
      return open()
    } catch (problem) {
      problems.push(problem)
    }
  }
  throw new Error(
    problems.length === 0
      ? `whatsapp-two-step has no native library for ${platform}.`
      : `whatsapp-two-step could not load its native library for ${platform}. Install it with optional dependencies on ` +
          'this platform (npm install --include=optional); with the permission model, allow add-ons (--allow-addons).',
    { cause: problems.length > 1 ? new AggregateError(problems) : problems[0] },
  )
}

export const native: NativeModule = load()
