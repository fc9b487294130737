// Under moduleResolution "bundler", without Node's typings.
import { Client, type ErrorKind, fetchTransport, TwoStepError } from 'whatsapp-two-step'
import { startSandbox } from 'whatsapp-two-step/testing'

export async function main(): Promise<ErrorKind | undefined> {
  const sandbox = await startSandbox()
  const client = new Client({ accessToken: 'EAAG', baseUrl: sandbox.baseUrl, transport: fetchTransport(fetch) })
  const own = new Client({ accessToken: 'EAAG', transport: (request) => fetch(request.url, request) })
  void own
  const error: unknown = await client.setTwoStepPin('1', '1').catch((error: unknown) => error)
  return error instanceof TwoStepError ? error.kind : undefined
}
