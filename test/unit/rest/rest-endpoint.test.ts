import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { SILENT_LOGGER } from '../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import type { JobsGateway } from '../../../src/rest/jobs-gateway.js'
import { RestServer } from '../../../src/rest/rest-server.js'

it('a RestServer says so when its address is in use', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-rest-'))
  const address = path.join(directory, 'job.sock')
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(address, resolve))
  const services = { clock: new ManualClock(), random: new SeededRandom(1), logger: SILENT_LOGGER }
  const server = await RestServer.create({ ...services, gateway: {} as JobsGateway })
  await assert.rejects(server.listen(address), (error) => {
    assert.ok(FlinkError.is(error, 'PORT_IN_USE'), String(error))
    assert.equal(error.details['address'], address)
    return true
  })
  await server.close()
  await new Promise((resolve) => holder.close(resolve))
  rmSync(directory, { recursive: true })
})
