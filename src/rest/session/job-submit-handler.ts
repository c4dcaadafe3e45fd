import { FlinkError } from '../../core/errors/flink-error.js'
import { drained } from './jars/drained.js'
import type { SessionRoute } from './session-route.js'

/**
 * What `flink run` of Apache Flink sends: a JobGraph of Java objects with its JARs. It is read to its end before it is refused: a
 * client whose connection breaks while it writes does not look for an answer, and tries again for a minute.
 */
export const jobSubmitHandler: SessionRoute = {
  method: 'POST',
  path: '/jobs',
  isUpload: true,
  async handle({ raw }) {
    await drained(raw)
    throw new FlinkError('JAVA_JOB_REFUSED', {})
  },
}
