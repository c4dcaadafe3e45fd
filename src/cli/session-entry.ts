import { serializeError } from '../core/errors/error-codec.js'
import { guardProcessEnd } from './guard-process-end.js'
import { renderError } from './output/error-rendering.js'
import { hostSession } from './session/host-session.js'
import type { SessionReport, SessionRequest } from './session/session-request.js'
import { PLAIN_DIAGNOSTICS } from './terminal/colours.js'
import { Terminal } from './terminal/terminal.js'

const workDone = guardProcessEnd()

process.once('message', (request: SessionRequest) => {
  process.off('disconnect', endAtOnce)
  void runSession(request).then(workDone)
})

if (process.connected) process.once('disconnect', endAtOnce)
else endAtOnce()

/** The command has gone before it could say what is to run: nothing has begun. */
function endAtOnce(): void {
  new Terminal().printError('The command that was to start a session cluster here ended before it did.\n')
  process.exit(1)
}

/** The whole life of a session that nobody is attached to: reports its start once. Returns the exit code. */
async function runSession(request: SessionRequest): Promise<number> {
  const warnings: string[] = []
  let isReported = false
  const report = (about: Omit<SessionReport, 'warnings'>): void => {
    isReported = true
    const message: SessionReport = { ...about, warnings }
    // Whoever started it may have gone meanwhile.
    process.send?.(message, undefined, undefined, () => undefined)
  }
  try {
    return await hostSession(request, {
      started: (web) => {
        report({ web, error: undefined })
      },
      warning: (text) => {
        if (isReported) new Terminal().printError(PLAIN_DIAGNOSTICS.warning(text))
        else warnings.push(text)
      },
    })
  } catch (error) {
    if (isReported) new Terminal().printError(renderError(error).text)
    else report({ web: undefined, error: serializeError(error) })
    return 1
  }
}
