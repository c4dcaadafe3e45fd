// Duty: the thread that asks a schema registry while who wants to know waits.
// Thread: its own, for one request.
import { workerData, type MessagePort } from 'node:worker_threads'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../../../core/errors/thrown-value.js'
import type { RegistryAnswer, RegistryRequest } from './blocking-request.js'

const TOO_MANY_REQUESTS = 429
const FIRST_OF_THE_SERVERS_OWN = 500

async function ask(request: RegistryRequest): Promise<RegistryAnswer> {
  let text = 'it was not asked'
  for (let tried = 0; tried < request.tries; tried += 1) {
    if (tried > 0) await delay(request.backoffMs * 2 ** (tried - 1))
    for (const url of request.urls) {
      const answer = await tryOnce(url, request)
      if (answer.status !== undefined) return answer
      text = answer.text
    }
  }
  return { status: undefined, text }
}

async function tryOnce(url: string, request: RegistryRequest): Promise<RegistryAnswer> {
  const { method, headers, timeoutMs } = request
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const body = request.body === undefined ? {} : { body: request.body }
    const response = await fetch(url + request.path, { method, headers, signal, ...body })
    const text = await response.text()
    const isItsOwn = response.status >= FIRST_OF_THE_SERVERS_OWN || response.status === TOO_MANY_REQUESTS
    return isItsOwn
      ? { status: undefined, text: `HTTP ${String(response.status)}, ${text}` }
      : { status: response.status, text }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return { status: undefined, text: messageOf(cause) }
  }
}

const { request, port, signal } = workerData as { request: RegistryRequest; port: MessagePort; signal: Int32Array }
port.postMessage(await ask(request))
Atomics.store(signal, 0, 1)
Atomics.notify(signal, 0)
port.close()
