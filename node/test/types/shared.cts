// What the typings promise; compiled, not run. The same file is checked as CommonJS, and through its import as an ES module.
import { Readable } from 'node:stream'

import {
  checkVault,
  Client,
  type ClientOptions,
  Entry,
  type ErrorKind,
  fetchTransport,
  type FleetProgress,
  type FleetStop,
  generatePin,
  InvalidWebhookError,
  isWeakPin,
  MemoryVault,
  type Outcome,
  type PhoneNumber,
  type PinState,
  RateLimitedError,
  type Rotation,
  type RotationEnd,
  Rotator,
  type Secret,
  type SecurityEvent,
  securityEvents,
  type SetTwoStepPinResponse,
  type Transport,
  SqliteVault,
  TransportError,
  TwoStepError,
  type Vault,
  VaultError,
  VaultFaultError,
  type VaultState,
} from 'whatsapp-two-step'
import { type Sandbox, startSandbox } from 'whatsapp-two-step/testing'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
export type { Client }
export const isTrue = <T extends true>(): T | undefined => undefined

declare const client: Client
declare const error: unknown
declare const signal: AbortSignal | undefined

isTrue<Same<Awaited<ReturnType<Client['setTwoStepPin']>>, SetTwoStepPinResponse>>()
isTrue<Same<ReturnType<typeof startSandbox>, Promise<Sandbox>>>()
isTrue<Same<SetTwoStepPinResponse['traceId'], string | undefined>>()
isTrue<Same<Outcome, 'not_sent' | 'rejected' | 'unknown'>>()

// The PIN and the ID are strings.
void client.setTwoStepPin('106540352242922', '012345', { signal })
// @ts-expect-error a number loses its zero
void client.setTwoStepPin('106540352242922', 12345)
// @ts-expect-error a number loses digits
void client.setTwoStepPin(106540352242922, '012345')
// @ts-expect-error both are needed
void client.setTwoStepPin('106540352242922')

// The numbers of an account.
export async function without(): Promise<string[]> {
  const ids: string[] = []
  for await (const number of client.phoneNumbers('930000000000001', { signal, timeoutMs: 5_000 })) {
    isTrue<Same<typeof number, PhoneNumber>>()
    isTrue<Same<typeof number.pin, PinState>>()
    isTrue<Same<typeof number.verifiedName, string | undefined>>()
    if (number.pin === 'not_set') ids.push(number.id)
    // @ts-expect-error fields are read-only
    number.pin = 'set'
    // @ts-expect-error there is no such state
    void (number.pin === 'unset')
  }
  return ids
}
// @ts-expect-error an ID is a string
void client.phoneNumbers(930000000000001)
// Who takes no more than this can be given a stand-in.
const standIn: Pick<Client, 'phoneNumbers'> = {
  async *phoneNumbers() {
    yield { id: '1', pin: 'not_set' }
  },
}
void standIn

// PINs, and the webhook.
isTrue<Same<ReturnType<typeof generatePin>, string>>()
isTrue<Same<ReturnType<typeof isWeakPin>, boolean>>()
isTrue<Same<ReturnType<typeof securityEvents>, SecurityEvent[]>>()
isTrue<Same<SecurityEvent['time'], Date | undefined>>()
for (const { event } of securityEvents(new Uint8Array(), new Headers().get('x-hub-signature-256'), 'secret')) {
  void (event === 'PIN_CHANGED' || event === 'ANOTHER')
}
void securityEvents(Buffer.from('{}'), undefined, 'secret')
void securityEvents(new ArrayBuffer(1), null, 'secret')
// @ts-expect-error the body is bytes
void securityEvents('{}', 'sha256=', 'secret')
// @ts-expect-error it is not the parsed body
void securityEvents({ object: 'whatsapp_business_account' }, 'sha256=', 'secret')
if (error instanceof InvalidWebhookError) isTrue<Same<typeof error.kind, 'invalid_webhook'>>()

// Rotation.
const rotator = new Rotator(client, new MemoryVault(), { quietMarginMs: 1_000 })
isTrue<Same<ReturnType<typeof rotator.rotate>, Promise<Rotation>>>()
isTrue<Same<ReturnType<typeof rotator.settle>, Promise<Rotation | undefined>>>()
isTrue<Same<ReturnType<typeof rotator.mayHold>, Promise<Secret[]>>>()
isTrue<Same<Rotation['rotatedAt'], Date>>()
export async function many(): Promise<FleetStop | undefined> {
  const ends = rotator.rotateAll([{ numbers: new Set(['1']), wabaId: '2', accessToken: 'EAA' }], { since: new Date(), canary: 1, signal })
  for await (const end of ends) {
    isTrue<Same<typeof end, RotationEnd>>()
    isTrue<Same<typeof end.error, TwoStepError | VaultError | undefined>>()
  }
  isTrue<Same<ReturnType<typeof ends.progress>, FleetProgress>>()
  return ends.progress().stopped
}
void rotator.rotateAll(new Set(['1']))
// @ts-expect-error an ID is a string
void rotator.rotateAll([1])
// @ts-expect-error a rotation has the client's limits
void rotator.rotateAll(['1'], { timeoutMs: 1 })
void rotator.rotate('106540352242922', { signal })
// @ts-expect-error its limits are the client's
void rotator.rotate('106540352242922', { timeoutMs: 1 })
// @ts-expect-error an entry is made by parsing
new Entry()
class OwnVault implements Vault {
  async load(): Promise<{ entry: Entry; version: string } | undefined> {
    return { entry: Entry.parse('{"form":1}'), version: 'etag' }
  }
  async save(phoneNumberId: string, entry: Entry, expected: string | undefined): Promise<string> {
    if (expected === phoneNumberId) throw new VaultError('conflict')
    return entry.serialize()
  }
}
export const vaults: Vault[] = [new OwnVault(), new SqliteVault('pins.db', 'key'), new MemoryVault()]
isTrue<Same<ReturnType<typeof checkVault>, Promise<void>>>()
void checkVault(new OwnVault())
void checkVault(new MemoryVault(), '106540352242922')
// @ts-expect-error an ID is a string
void checkVault(new MemoryVault(), 1)
// @ts-expect-error it has no save
void checkVault({ load: () => undefined })
if (error instanceof VaultFaultError) isTrue<Same<typeof error.message, string>>()
// @ts-expect-error there is no such kind
void new VaultError('gone')
if (error instanceof VaultError) isTrue<Same<typeof error.vaultState, VaultState | undefined>>()
if (error instanceof TwoStepError) isTrue<Same<typeof error.vaultState, VaultState | undefined>>()

// Settings.
new Client({ accessToken: 'EAAG', timeoutMs: 1_000, rootCertificates: ['PEM', new Uint8Array()], transport: fetchTransport(fetch) })
Client.fromEnv({ maxRetries: 0 })
// @ts-expect-error the token is needed
new Client({})
// @ts-expect-error times are in milliseconds and named so
new Client({ accessToken: 'EAAG', timeout: 1_000 })
// @ts-expect-error an error is made by the client alone
new TwoStepError('message')
const settings: ClientOptions = { accessToken: 'EAAG', baseUrl: undefined }
void settings

// Errors.
if (error instanceof TwoStepError) {
  isTrue<Same<typeof error.kind, ErrorKind>>()
  isTrue<Same<typeof error.retryAfterMs, number | undefined>>()
  isTrue<Same<ReturnType<typeof error.toJSON>['kind'], ErrorKind>>()
  // @ts-expect-error fields are read-only
  error.kind = 'timed_out'
  // @ts-expect-error there is no such kind
  void (error.kind === 'nonsense')
}
if (error instanceof RateLimitedError) isTrue<Same<typeof error.kind, 'rate_limited'>>()

// A switch over kinds is checked for exhaustiveness.
export function advice(kind: ErrorKind): string {
  switch (kind) {
    case 'invalid_pin':
    case 'invalid_phone_number_id':
    case 'invalid_configuration':
    case 'invalid_request':
      return 'fix it'
    case 'authentication':
    case 'permission_denied':
    case 'not_found':
    case 'pin_rejected':
    case 'number_not_ready':
    case 'account_restricted':
    case 'not_applied':
      return 'look'
    case 'rate_limited':
    case 'service_unavailable':
    case 'connection_failed':
    case 'timed_out':
    case 'invalid_webhook':
    case 'unexpected_response':
      return 'wait'
  }
}
export function forgetful(outcome: Outcome): string {
  switch (outcome) {
    case 'not_sent':
      return 'old'
    case 'rejected':
      return 'old'
    default: {
      // @ts-expect-error 'unknown' is left
      const none: never = outcome
      return none
    }
  }
}

// Transports.
const transports: Transport[] = [
  () => ({ status: 200, body: '{"success":true}' }),
  async ({ signal, timeoutMs }) => (signal.throwIfAborted(), { status: 503, headers: { 'retry-after': timeoutMs } }),
  async () => ({ status: 200, headers: new Headers(), body: new Uint8Array() }),
  () => {
    throw new TransportError('closed', { beforeSending: true, cause: new Error() })
  },
  () => {
    throw new TransportError('refused', { unprocessed: 'streamRefused' })
  },
  (request) => fetch(request.url, request),
  ({ method, body, maxBodyBytes }) => {
    isTrue<Same<typeof method, 'POST' | 'GET'>>()
    isTrue<Same<typeof body, string | undefined>>()
    return { status: maxBodyBytes }
  },
  () => ({ status: 200, body: Readable.from(['{}']) }),
]
// @ts-expect-error there is no such reason
void new TransportError('x', { unprocessed: 'nonsense' })
// @ts-expect-error a body isn't a number
transports.push(() => ({ status: 200, body: 7 }))
// @ts-expect-error an answer has a status
transports.push(() => ({ body: '' }))
