// The README's program, as an ES module.
import { Client, TwoStepError } from 'whatsapp-two-step'
import type { Client as Required } from './shared.cjs'

export async function main(signal: AbortSignal): Promise<string | undefined> {
  const client = new Client({ accessToken: process.env['WHATSAPP_ACCESS_TOKEN']! })
  try {
    const { traceId } = await client.setTwoStepPin('106540352242922', '012345', { signal })
    return traceId
  } catch (error) {
    if (error instanceof TwoStepError && error.kind === 'rate_limited') return String(error.retryAfterMs)
    throw error
  }
}

// One class for both kinds of module.
export const same = (client: Required): Client => client
