// What an exception of the user's shows when it is printed: it may repeat a secret.

import { inspect, types } from 'node:util'

/** What has more to it than this isn't looked at: that would hold up the process. */
const MOST_THINGS = 20_000
const MOST_CHARACTERS = 256 * 1024

/** All that an exception shows, in each of the ways that there are. Nothing if that can't be told, or is too much. */
export function show(exception: unknown): string | undefined {
  try {
    const texts = [reach(exception), json(exception)]
    // It may have a way of its own to be printed.
    texts.push(inspect(exception, { depth: 4, showHidden: true, maxArrayLength: null, maxStringLength: null }))
    return texts.join('\n')
  } catch {
    return undefined
  }
}

/** The texts of all that can be reached from it, however deep. Runs no getters. */
function reach(exception: unknown): string {
  const things = new Set([exception])
  const texts: string[] = []
  let characters = 0
  // Also over what is added on the way.
  for (const thing of things) {
    const text = textOf(thing)
    if (text === undefined) for (const inner of inside(thing as object)) things.add(inner)
    else texts.push(text)
    characters += text?.length ?? 0
    limit(things.size, characters)
  }
  return texts.join('\n')
}

function limit(things: number, characters = 0): void {
  if (things > MOST_THINGS || characters > MOST_CHARACTERS) throw new RangeError('too much')
}

/** Of a primitive, and of bytes. */
function textOf(thing: unknown): string | undefined {
  if (ArrayBuffer.isView(thing)) return Buffer.from(thing.buffer, thing.byteOffset, thing.byteLength).toString('latin1')
  if (types.isAnyArrayBuffer(thing)) return Buffer.from(thing).toString('latin1')
  return typeof thing === 'function' || (typeof thing === 'object' && thing !== null) ? undefined : String(thing)
}

function inside(thing: object): unknown[] {
  if (Array.isArray(thing)) limit(thing.length)
  const keys = Reflect.ownKeys(thing)
  limit(keys.length)
  const inner = keys.flatMap((key) => [key, Reflect.getOwnPropertyDescriptor(thing, key)?.value as unknown])
  if (types.isMap(thing)) Map.prototype.forEach.call(thing, (value, key) => inner.push(key, value))
  if (types.isSet(thing)) Set.prototype.forEach.call(thing, (value) => inner.push(value))
  return inner
}

/** Counts objects each time that they are written: few of them may be written often. */
function json(value: unknown): string {
  let objects = 0
  const counted = (_: string, inner: unknown): unknown => {
    if (typeof inner === 'object') limit(++objects)
    return inner
  }
  try {
    return JSON.stringify(value, counted)
  } catch (problem) {
    if (objects > MOST_THINGS) throw problem
    return '' // nobody else gets more out of it
  }
}
