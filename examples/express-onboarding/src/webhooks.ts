// Hears of PINs that somebody changed: the endpoint for the webhook field `security`.
import express, { Router } from 'express'
import { InvalidWebhookError, securityEvents, type SecurityEvent } from 'whatsapp-two-step'

/**
 * Drops what came before. A delivery has no ID, so an event is known by all that it says.
 *
 * Meta sends a delivery again if it got no answer. Several processes need a table with a unique key in its place.
 */
export class Seen {
  readonly #events = new Set<string>()

  constructor(readonly kept = 10_000) {}

  isNew(event: SecurityEvent): boolean {
    const key = JSON.stringify(event)
    if (this.#events.has(key)) return false
    this.#events.add(key)
    const [oldest] = this.#events
    if (this.#events.size > this.kept) this.#events.delete(oldest!)
    return true
  }
}

/**
 * Answers 200 to each delivery with a good signature, also of other fields, so that it doesn't come again.
 *
 * Mount it before any `express.json()`: the signature is over the bytes as they came.
 */
export function webhooks(appSecret: string, heard: (event: SecurityEvent) => void = warn): Router {
  const seen = new Seen()
  const asTheyCame = express.raw({ type: () => true, limit: '3mb' })
  return Router().post('/webhooks', asTheyCame, (request, response) => {
    try {
      const events = securityEvents(request.body, request.get('x-hub-signature-256'), appSecret)
      for (const event of events) if (seen.isNew(event)) heard(event)
      response.sendStatus(200)
    } catch (error) {
      if (!(error instanceof InvalidWebhookError)) throw error
      console.warn('a webhook was refused:', error.message)
      response.sendStatus(401)
    }
  })
}

/** Somebody in WhatsApp Manager: the vault's PIN may not be the one that holds. Set a new one, or ask them. */
function warn({ event, displayPhoneNumber, wabaId }: SecurityEvent): void {
  console.warn('%s: the PIN of %s in %s', event, displayPhoneNumber, wabaId)
}
