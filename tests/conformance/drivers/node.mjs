// The Node package behind the line protocol: {phone_number_id, pin, settings} in, {ok} or {error} out.
import { createInterface } from 'node:readline'

import { Client, TwoStepError } from 'whatsapp-two-step'
import { draw, numbers, webhook } from './beyond.mjs'
import { contract as offered } from './contract.mjs'
import { plant, show } from './show.mjs'
import { settle, soak } from './soak.mjs'

const TIMES = ['timeout', 'connect_timeout']
const camel = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())
const settings = (given) =>
  Object.fromEntries(Object.entries(given).map(([name, value]) => (TIMES.includes(name) ? [`${camel(name)}Ms`, value * 1000] : [camel(name), value])))

/** The contract's names and seconds, null where there is nothing. */
const contract = (fields, names) =>
  Object.fromEntries(
    names.map((name) => {
      if (name === 'usage') return [name, fields.usage ? contract(fields.usage, ['highest_percentage', 'time_to_regain_access']) : null]
      const seconds = fields[`${camel(name)}Ms`]
      return [name, seconds === undefined ? (fields[camel(name)] ?? null) : seconds / 1000]
    }),
  )
/** A message names the setting as the language does: timeoutMs is the contract's timeout. */
const snake = (name) => name.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const spelled = (error) => ({ ...error, message: error.message.replace(/(?<=^Invalid configuration: )\w+/, snake) })

const RESPONSE = ['trace_id', 'api_version', 'attempts', 'usage']
const ERROR = [
  'kind', 'message', 'outcome', 'hint', 'http_status', 'graph_code', 'graph_subcode', 'graph_type', 'details', 'user_title',
  'user_message', 'trace_id', 'retry_after', 'is_retryable', 'reason', 'attempts',
]

const clients = new Map()
const client = (given) => {
  const key = JSON.stringify(given)
  if (!clients.has(key)) clients.set(key, new Client(settings(given)))
  return clients.get(key)
}

const answerTo = async (call) => {
  if (call.contract) return { contract: await offered() }
  if (call.soak) return { soak: await soak(client(call.settings), call) }
  if (call.show) return { show: await show(call, settings) }
  if (call.plant) return { plant: plant(call) }
  if (call.numbers) return { numbers: await numbers(client(call.settings), call) }
  if (call.draw) return { draw: draw(call) }
  if (call.webhook) return { webhook: webhook(call) }
  if (call.settle) return { settle: await settle() }
  try {
    return { ok: contract(await client(call.settings).setTwoStepPin(call.phone_number_id, call.pin), RESPONSE) }
  } catch (error) {
    if (!(error instanceof TwoStepError)) throw error
    return { error: { ...contract(spelled(error.toJSON()), ERROR), class: error.name } }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await answerTo(JSON.parse(line))
  console.log(JSON.stringify(answer))
}
