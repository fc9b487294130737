import { Calls } from './calls.cjs'
import { drive } from './drive.cjs'
import { type CallSite, done } from './failure.cjs'
import type { NativeClient, NativeOperation, NativePages } from './native.cjs'
import type { PhoneNumber } from './phone_number.cjs'
import type { Success } from './response.cjs'
import type { Transport } from './transport.cjs'
import { Turns } from './turns.cjs'

/** What a client and its calls need, of which some is shared with clients for other tokens. */
export interface Inside {
  readonly native: NativeClient
  readonly transport: Transport | undefined
  /** Unless there is a transport. */
  readonly calls: Calls | undefined
  readonly turns: Turns
}

/** What a new client has. */
export function inside(native: NativeClient, transport: Transport | undefined): Inside {
  return { native, transport, calls: transport ? undefined : new Calls(), turns: new Turns(native.maxInFlight) }
}

/** Makes a call, over the client's way to the server. A rotation has its end, and is told here what a transport threw last. */
export function run(
  { native, transport, calls, turns }: Inside,
  operation: NativeOperation,
  site: CallSite,
  signal: AbortSignal | undefined,
  ended?: (cause: { readonly cause: unknown } | undefined) => void,
): Promise<Success> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) throw signal.reason
    checkReach(native, site)
    if (transport) resolve(drive(native, transport, turns, operation, site, signal, ended))
    else calls?.start(native, operation, site, signal, { resolve, reject })
  })
}

/** Throws if the switch for test runs forbids the server. */
export function checkReach(native: NativeClient, site: CallSite): void {
  // The environment of a worker, or of a test runner, is not the process's: the core can't see it.
  const loopbackOnly = process.env['WHATSAPP_TWO_STEP_LOOPBACK_ONLY']
  if (loopbackOnly) done(native.checkReach(loopbackOnly), site)
}

/** The numbers of an account, a page at a time, as they are asked for. */
export async function* numbers(
  client: Inside,
  pages: NativePages,
  site: CallSite,
  signal: AbortSignal | undefined,
): AsyncGenerator<PhoneNumber, void, undefined> {
  for (let page = pages.next(); page; page = pages.next()) {
    for (const number of (await run(client, page, site, signal)) as PhoneNumber[]) {
      if (signal?.aborted) throw signal.reason
      yield number
    }
  }
}
