// Makes the calls of a run, so many at once.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const MEMORY_AT = 100 // calls after which memory is looked at, beside the end

export async function run(make) {
  const options = parse()
  const began = performance.now()
  const call = make(options.url, options.concurrency, options.ca && readFileSync(options.ca, 'utf8'))
  const madeMs = performance.now() - began

  const times = new Float64Array(options.calls)
  const memory = {}
  let [count, wall, cpu, firstMs] = [0, 0, 0, null]
  for (const part of parts(options)) {
    const began = { wall: performance.now(), cpu: process.cpuUsage() }
    const record = (time) => {
      if (part.counts) times[count++] = time
    }
    await Promise.all(shares(part.calls, options.concurrency).map((share) => work(call, share, record)))
    const [took, used] = [performance.now() - began.wall, process.cpuUsage(began.cpu)]
    if (part.counts) {
      wall += took
      cpu += used.user + used.system
    }
    if (part.end === 1) firstMs = madeMs + took
    if (part.end === 1 && part.counts) console.log('answered')
    if (part.end === MEMORY_AT) memory.rss_100_kb = rss()
  }
  memory.rss_end_kb = rss()
  times.sort()
  return {
    calls: options.calls,
    concurrency: options.concurrency,
    wall_s: round(wall / 1e3, 6),
    cpu_s: round(cpu / 1e6, 6),
    median_us: percentile(times, 50),
    p99_us: percentile(times, 99),
    first_call_ms: firstMs && round(firstMs, 3),
    rss_100_kb: null,
    ...memory,
    peak_kb: peak(),
  }
}

function parse() {
  const text = { type: 'string' }
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { url: text, calls: text, concurrency: { ...text, default: '1' }, warmup: { ...text, default: '0' }, ca: text },
  })
  return { ...values, calls: Number(values.calls), concurrency: Number(values.concurrency), warmup: Number(values.warmup) }
}

/** The calls go in parts, between which nothing is measured. */
function* parts({ calls, warmup }) {
  if (calls === 0) return
  const total = warmup + calls
  const ends = [...new Set([1, MEMORY_AT, warmup, total])].filter((end) => end > 0 && end <= total).sort((a, b) => a - b)
  let start = 0
  for (const end of ends) {
    yield { calls: end - start, end, counts: start >= warmup }
    start = end
  }
}

async function work(call, calls, record) {
  for (let made = 0; made < calls; made++) {
    const began = performance.now()
    await call()
    record(performance.now() - began)
  }
}

/** How many of the calls each worker makes. */
function shares(calls, workers) {
  const [each, more] = [Math.floor(calls / workers), calls % workers]
  return Array.from({ length: Math.min(calls, workers) }, (_, worker) => (worker < more ? each + 1 : each))
}

function rss() {
  return process.memoryUsage.rss() >> 10
}

/** Not getrusage's: that one begins with the peak of the process that started this one. Linux has the file. */
function peak() {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
  } catch {
    return null
  }
}

function percentile(times, percent) {
  const at = Math.min(Math.floor((times.length * percent) / 100), times.length - 1)
  return at < 0 ? null : round(times[at] * 1e3, 1)
}

function round(number, digits) {
  return Number(number.toFixed(digits))
}
