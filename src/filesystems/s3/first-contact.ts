// Duty: who typed a wrong address is told soon: a store that has not answered anything yet is not asked as often as one that is only away.
// Invariants: once it has answered, whatever it was, all repetitions are the SDK's again.
// Thread: any; each has its own client.
import type { S3Client } from '@aws-sdk/client-s3'
import { messageOf } from '../../core/errors/thrown-value.js'

/** 3 s at most, with the pauses of the SDK. */
const ATTEMPTS_AT_FIRST_CONTACT = 6

/** The SDK looks for reasons to try again in the `cause` of an error: this one has none. */
export class S3NotReached extends Error {
  readonly failure: unknown

  constructor(failure: unknown) {
    super(messageOf(failure))
    this.failure = failure
  }
}

/** To be called once, with a new client. */
export function limitFirstContact(client: S3Client): void {
  let wasReached = false
  client.middlewareStack.add(
    (next) => {
      // One of these is made for each request, whatever its repetitions.
      let failures = 0
      return async (args) => {
        try {
          const result = await next(args)
          wasReached = true
          return result
        } catch (error) {
          failures += 1
          throw wasReached || failures < ATTEMPTS_AT_FIRST_CONTACT ? error : new S3NotReached(error)
        }
      }
    },
    { step: 'deserialize', priority: 'low', name: 'firstContact' },
  )
}
