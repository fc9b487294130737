// The native library, and the shape of what crosses to it. What crosses is checked there: here it is unknown.

import type { ErrorKind, Outcome } from './errors.cjs'
import type { RecordedRequest, SandboxStats } from './testing.cjs'

export interface NativeModule {
  createClient(settings: unknown, variables: unknown, onEvents: (events: NativeEvent[]) => void): NativeClient | Failure
  invalidSetting(setting: string, problem: string): Failure
  startSandbox(port: number): NativeSandbox
}

export interface NativeClient {
  readonly baseUrl: string
  readonly apiVersion: string
  start(call: number, phoneNumberId: unknown, pin: unknown): Failure | null
  cancel(call: number): void
  hold(on: boolean): void
  answer(call: number, status: number, headers: string[], body: string | Uint8Array): void
  fail(call: number, texts: string[], timedOut: boolean, beforeSending: boolean, shown?: string): void
}

/** One of the three is there. */
export interface NativeEvent {
  readonly call: number
  readonly success?: Success
  readonly failure?: Failure
  readonly request?: NativeRequest
}

export interface Success {
  readonly traceId?: string
  readonly apiVersion?: string
  readonly attempts: number
  readonly usage?: { readonly highestPercentage: number; readonly timeToRegainAccessMs?: number }
}

export interface Failure {
  readonly kind: ErrorKind
  readonly message: string
  readonly outcome: Outcome
  readonly hint: string
  readonly httpStatus?: number
  readonly graphCode?: number
  readonly graphSubcode?: number
  readonly graphType?: string
  readonly details?: string
  readonly userTitle?: string
  readonly userMessage?: string
  readonly traceId?: string
  readonly retryAfterMs?: number
  readonly isRetryable: boolean
  readonly attempts: number
  readonly causes: string[]
  readonly exceptionIsClean: boolean
}

export interface NativeRequest {
  readonly method: 'POST'
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
  readonly attempt: number
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
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
