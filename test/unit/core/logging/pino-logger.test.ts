import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { createPinoLogger } from '../../../../src/core/logging/pino-logger.js'

const base = mkdtempSync(path.join(tmpdir(), 'flink-ts-log-'))
after(() => {
  rmSync(base, { recursive: true, force: true })
})

interface LogLine {
  readonly level: string
  readonly time: string
  readonly msg: string
  readonly jobId: string
  readonly checkpointId?: number
}

describe('the logger', () => {
  it('appends lines of its level and above to a file whose directory it makes', async () => {
    const destination = path.join(base, 'deep', 'job.log')
    const settings = { level: 'info', destination, base: { jobId: 'ab' }, now: () => 0, tell: () => undefined } as const
    const first = await createPinoLogger(settings)
    first.debug('not written')
    first.info('started')
    first.error('failed', { checkpointId: 7 })
    const second = await createPinoLogger(settings)
    second.warn('again')
    const lines = readFileSync(destination, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as LogLine)
    assert.deepEqual(
      lines.map(({ level, msg, jobId, checkpointId }) => [level, msg, jobId, checkpointId]),
      [
        ['INFO', 'started', 'ab', undefined],
        ['ERROR', 'failed', 'ab', 7],
        ['WARN', 'again', 'ab', undefined],
      ],
    )
    for (const { time } of lines) assert.equal(time, '1970-01-01T00:00:00.000Z')
  })
})
