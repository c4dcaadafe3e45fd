#!/usr/bin/env node
import module from 'node:module'

/** Until the engine is there to tell what is wrong: in words that need nothing of it. */
function tellPlainly(error) {
  if (process.listenerCount('uncaughtException') > 1) return
  const hasTooManyFiles = /\b(EMFILE|ENFILE)\b/.test(error.message)
  const text = hasTooManyFiles
    ? `${error.message}. Raise the limit of open files (ulimit -n) to 256 or more.`
    : error.stack
  process.stderr.write(`flink-ts cannot start: ${text}\n`)
  process.exit(1)
}

process.on('uncaughtException', tellPlainly)
// Node 22 and later keep compiled modules on disk: the second start is faster.
module.enableCompileCache?.()
const { main } = await import('../dist/lib/cli/main.js')
await main(process.argv.slice(2))
