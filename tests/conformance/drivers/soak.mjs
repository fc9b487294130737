// Many calls through one client of the installed Node package, and what they came to.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { TwoStepError } from 'whatsapp-two-step'

/** One batch: `at_once` of them in flight. */
export async function soak(client, { soak: ids, at_once: atOnce, pin }) {
  const counts = {}
  const count = (what) => (counts[what] = (counts[what] ?? 0) + 1)
  const rest = ids[Symbol.iterator]()
  const worker = async () => {
    for (const id of rest) {
      try {
        await client.setTwoStepPin(id, pin)
        count(`${id} ok`)
      } catch (error) {
        if (!(error instanceof TwoStepError)) throw error
        count(`${id} ${error.kind} ${error.outcome}`)
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return counts
}

/** Takes what is garbage away, and says what is left. */
export async function settle() {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  for (let turn = 0; turn < 3; turn++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve)) // finalizers run between turns
  }
  return { heap: process.memoryUsage().heapUsed }
}
