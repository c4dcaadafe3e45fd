import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { IS_JDK_THERE, readByJava } from './java-program.js'
import { serializedThrowable, type JavaThrowable } from '../../../../src/rest/java/serialized-throwable.js'

/** What a JVM was seen to read as an IllegalStateException with the message `boom message`. */
const SAMPLE =
  'rO0ABXNyAClvcmcuYXBhY2hlLmZsaW5rLnV0aWwuU2VyaWFsaXplZFRocm93YWJsZWUWnfUfpxPzAgADTAAZZnVsbFN0cmluZ2lmaWVkU3RhY2tUcmFj' +
  'ZXQAEkxqYXZhL2xhbmcvU3RyaW5nO0wAFm9yaWdpbmFsRXJyb3JDbGFzc05hbWVxAH4AAVsAE3NlcmlhbGl6ZWRFeGNlcHRpb250AAJbQnhyABNqYXZh' +
  'LmxhbmcuRXhjZXB0aW9u0P0fPho7HMQCAAB4cgATamF2YS5sYW5nLlRocm93YWJsZdXGNSc5d7jLAwAETAAFY2F1c2V0ABVMamF2YS9sYW5nL1Rocm93' +
  'YWJsZTtMAA1kZXRhaWxNZXNzYWdlcQB+AAFbAApzdGFja1RyYWNldAAeW0xqYXZhL2xhbmcvU3RhY2tUcmFjZUVsZW1lbnQ7TAAUc3VwcHJlc3NlZEV4' +
  'Y2VwdGlvbnN0ABBMamF2YS91dGlsL0xpc3Q7eHBwdAAMYm9vbSBtZXNzYWdlcHB4dAA7amF2YS5sYW5nLklsbGVnYWxTdGF0ZUV4Y2VwdGlvbjogYm9v' +
  'bSBtZXNzYWdlCglhdCBmbGluay10cwp0AB9qYXZhLmxhbmcuSWxsZWdhbFN0YXRlRXhjZXB0aW9ucA=='

function throwable(message: string, cause?: JavaThrowable): JavaThrowable {
  return { className: `Class${message.slice(0, 9)}`, message, stackTrace: `${message}\n\tat a.js:1:2\n`, cause }
}

/** What ReadThrowables.java prints of it. */
function shownOf(error: JavaThrowable | undefined): string {
  if (error === undefined) return ''
  const { className, message, stackTrace, cause } = error
  const parts = [className, message, stackTrace].map((part) => Buffer.from(part, 'utf16le').toString('hex'))
  return `${parts.join(',')};${shownOf(cause)}`
}

describe('A serialized throwable', () => {
  it('has the bytes that a JVM was seen to read', () => {
    const className = 'java.lang.IllegalStateException'
    const stackTrace = `${className}: boom message\n\tat flink-ts\n`
    assert.equal(serializedThrowable({ className, message: 'boom message', stackTrace, cause: undefined }), SAMPLE)
  })

  it('is read by Java with every text, of any length and any characters, and with all of its causes', (t) => {
    if (!IS_JDK_THERE) {
      t.skip('no JDK (javac) is here')
      return
    }
    const limits = [65_534, 65_535, 65_536].flatMap((length) => ['x', '\0'].map((unit) => unit.repeat(length)))
    const halves = ['é'.repeat(32_767), 'é'.repeat(32_768), '€'.repeat(21_845), '€'.repeat(21_846)]
    const odd = ['', '\0', 'a\0b', '😀', '\ud83d', '\ude00\ud83d', '\u007f\u0080\u07ff\u0800\uffff', 'line\r\nline']
    const texts = [...limits, ...halves, ...odd, 'y'.repeat(1_000_000)]
    const drawn = fc.sample(fc.string({ unit: 'binary', maxLength: 200 }), 200)
    const errors = [...texts, ...drawn].map((text) => throwable(text))
    errors.push(throwable('of', throwable('three', throwable('errors'))))
    assert.deepEqual(readByJava('ReadThrowables', errors.map(serializedThrowable)), errors.map(shownOf))
  })
})
