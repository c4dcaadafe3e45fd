import type { ThrowableInfo } from './messages/job-messages.js'

/** An error with its chain of causes as Flink prints a throwable. */
export function stackTraceOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${stackTraceOf(error.cause)}` : ''
  return (error.stack ?? `${error.name}: ${error.message}`) + cause
}

export function throwableInfo(error: Error): ThrowableInfo {
  return { class: error.name, 'stack-trace': stackTraceOf(error), 'serialized-throwable': '' }
}
