// What there is beside the call: an account's numbers, PINs that are drawn, the security webhook.
import { inspect } from 'node:util'

import { generatePin, isWeakPin, securityEvents, TwoStepError } from 'whatsapp-two-step'

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const spelled = (fields) => Object.fromEntries(Object.entries(fields).map(([name, value]) => [snake(name), value]))

const problem = (error) => {
  if (!(error instanceof TwoStepError)) throw error
  const { kind, outcome, message } = error
  return { kind, outcome, message }
}

export async function numbers(client, { numbers: wabaId }) {
  const found = []
  let end = null
  try {
    for await (const number of client.phoneNumbers(wabaId)) found.push(number)
  } catch (error) {
    end = problem(error)
  }
  return { count: found.length, first: found[0] ? spelled(found[0]) : null, error: end, shown: inspect(found.slice(0, 3)) }
}

export function draw({ draw, weak }) {
  return { pins: Array.from({ length: draw }, generatePin), weak: weak.map(isWeakPin) }
}

/** Null where there is nothing, and seconds, as the vectors have it. */
const asVector = ({ event, wabaId, displayPhoneNumber, requester, time }) => ({
  event,
  waba_id: wabaId ?? null,
  display_phone_number: displayPhoneNumber ?? null,
  requester: requester ?? null,
  time: time ? time.getTime() / 1000 : null,
})

export function webhook({ webhook: { body, padded_to, signature }, app_secret: secret }) {
  try {
    return { events: securityEvents(Buffer.from(body.padEnd(padded_to ?? 0)), signature, secret).map(asVector) }
  } catch (error) {
    return { error: problem(error) }
  }
}
