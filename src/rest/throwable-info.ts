import { causeOf, isError, textOfError } from '../core/errors/thrown-value.js'
import { javaClassName } from './java/java-class-name.js'
import type { ThrowableInfo } from './messages/job-messages.js'
import { serializedThrowable, type JavaThrowable } from './java/serialized-throwable.js'

/** A chain of causes that comes back to its beginning ends here. */
const MOST_CAUSES = 16
const FRAME = /^ +at /

/** An error as Flink's API tells of it: to scripts by its class and stack trace, to the Java client by a Java object. */
export function throwableInfo(error: Error): ThrowableInfo {
  const throwable = javaThrowable(error)
  const { className, stackTrace } = throwable
  return { class: className, 'stack-trace': stackTrace, 'serialized-throwable': serializedThrowable(throwable) }
}

export function javaThrowable(error: Error, mostCauses: number = MOST_CAUSES): JavaThrowable {
  const name = textOfError(error, 'name') ?? 'Error'
  const message = textOfError(error, 'message') ?? ''
  const className = javaClassName(error, name)
  const thrown = causeOf(error)
  const cause = isError(thrown) && mostCauses > 0 ? javaThrowable(thrown, mostCauses - 1) : undefined
  const head = message === '' ? className : `${className}: ${message}`
  const causes = cause === undefined ? '' : `Caused by: ${cause.stackTrace}`
  return { className, message, stackTrace: `${head}\n${framesOf(error, message)}${causes}`, cause }
}

/** As Java prints them, one a line, with which each of them ends. In front of them a stack has the message. */
function framesOf(error: Error, message: string): string {
  const stack = textOfError(error, 'stack') ?? ''
  const start = stack.indexOf(message)
  const afterMessage = start === -1 ? stack : stack.slice(start + message.length)
  const lines = afterMessage.split('\n').filter((line) => FRAME.test(line))
  return lines.map((line) => `${line.replace(FRAME, '\tat ')}\n`).join('')
}
