import { exchange, type SessionEndpoint } from './session-exchange.js'

/** A session of this machine answers in a moment; whoever takes longer may be one that is busy. */
const PATIENCE_MS = 2000
/** Whoever asks for a token, or is not ready, is somebody; what is refused there is said by whoever asks next. */
const GUARDED: readonly number[] = [401, 403, 503]

/** Whether a session listens there, and not nobody, one job alone (`run --web`), or another program. */
export async function isSession(endpoint: SessionEndpoint): Promise<boolean> {
  const send = (): Promise<void> => Promise.resolve()
  try {
    const { status, text } = await exchange(
      endpoint,
      { method: 'GET', path: '/config', headers: {}, send },
      PATIENCE_MS,
    )
    if (GUARDED.includes(status)) return true
    const config: unknown = JSON.parse(text)
    return status === 200 && typeof config === 'object' && config !== null && 'flink-version' in config
  } catch {
    return false
  }
}
