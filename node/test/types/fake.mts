// What a user's tests stand on: a stand-in for the client, made errors and responses, `using`.
import { Client, type Reason, type SetTwoStepPinResponse, type TwoStepClient, TwoStepError, type TwoStepErrorFields } from 'whatsapp-two-step'
import { makeError, makeResponse, startSandbox } from 'whatsapp-two-step/testing'

export class Fake implements TwoStepClient {
  async setTwoStepPin(phoneNumberId: string): Promise<SetTwoStepPinResponse> {
    if (phoneNumberId === '1') throw makeError({ kind: 'connection_failed', outcome: 'not_sent', reason: 'dns' })
    return makeResponse({ attempts: 2 })
  }
}
export const ways: TwoStepClient[] = [new Fake(), new Client({ accessToken: 'EAAG' })]
// @ts-expect-error the outcome is needed
makeError({ kind: 'timed_out' })

export async function main(client: Client): Promise<Reason | undefined> {
  using sandbox = await startSandbox()
  await using other = client.withAccessToken(sandbox.baseUrl)
  await other.setTwoStepPin('1', '012345', { timeoutMs: 5_000, maxRetries: 0 })
  // @ts-expect-error there is no such option
  await other.setTwoStepPin('1', '012345', { singal: AbortSignal.timeout(1) })
  // @ts-expect-error a signal is an option
  await other.setTwoStepPin('1', '012345', AbortSignal.timeout(1))
  const data: TwoStepErrorFields = makeError({ kind: 'timed_out', outcome: 'unknown' }).toJSON()
  return TwoStepError.fromJSON(data).reason
}
new Client({ accessToken: 'EAAG', allowHttp: true, maxInFlight: 8, rootCertificates: [new URL('file:///ca.pem'), '/ca.pem', new Uint8Array()] })
