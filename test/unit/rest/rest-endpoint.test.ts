import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, request, type IncomingMessage } from 'node:http'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { it } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { SILENT_LOGGER } from '../../../src/core/logging/silent-logger.js'
import { SeededRandom } from '../../../src/core/random/seeded-random.js'
import { ManualClock } from '../../../src/core/time/manual-clock.js'
import type { JobsGateway } from '../../../src/rest/jobs-gateway.js'
import { RestEndpoint } from '../../../src/rest/rest-endpoint.js'

async function withEndpoint(gateway: JobsGateway, use: (endpoint: RestEndpoint, address: string) => Promise<void>) {
  const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-rest-'))
  const services = { clock: new ManualClock(), random: new SeededRandom(1), logger: SILENT_LOGGER }
  try {
    await use(new RestEndpoint({ ...services, gateway }), path.join(directory, 'job.sock'))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function get(socketPath: string, target: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const onResponse = (response: IncomingMessage): void => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        resolve(text)
      })
    }
    request({ socketPath, path: target, agent }, onResponse).on('error', reject).end()
  })
}

it('a RestEndpoint answers all who come while its server loads, and closes although clients keep connections', async () => {
  await withEndpoint({ overview: () => Promise.resolve([]) } as unknown as JobsGateway, async (endpoint, address) => {
    await endpoint.listen(address)
    const agent = new Agent({ keepAlive: true })
    const answers = await Promise.all([1, 2, 3].map(() => get(address, '/v1/jobs/overview', agent)))
    assert.deepEqual(
      answers,
      Array.from({ length: 3 }, () => JSON.stringify({ jobs: [] })),
    )
    const silent = createConnection(address)
    await once(silent, 'connect')
    await endpoint.close()
    await assert.rejects(get(address, '/v1/jobs/overview', agent))
    agent.destroy()
  })
})

it('a RestEndpoint that nobody asked closes, also when it never listened', async () => {
  await withEndpoint({} as JobsGateway, async (endpoint, address) => {
    await endpoint.close()
    await endpoint.listen(address)
    await endpoint.close()
  })
})

it('a RestEndpoint says so when its address is in use', async () => {
  await withEndpoint({} as JobsGateway, async (endpoint, address) => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(address, resolve))
    await assert.rejects(endpoint.listen(address), (error) => {
      assert.ok(FlinkError.is(error, 'PORT_IN_USE'), String(error))
      assert.equal(error.details['address'], address)
      return true
    })
    await endpoint.close()
    await new Promise((resolve) => holder.close(resolve))
  })
})

it('a RestEndpoint gives a sign of life before its server is loaded', async () => {
  await withEndpoint({ overview: () => Promise.resolve([]) } as unknown as JobsGateway, async (endpoint, address) => {
    await endpoint.listen(address)
    const ask = (): Promise<boolean> =>
      new Promise((resolve, reject) => {
        let isTold = false
        const outgoing = request({ socketPath: address, path: '/v1/jobs/overview' }, (response) => {
          response.resume().on('end', () => {
            resolve(isTold)
          })
        })
        outgoing.on('continue', () => (isTold = true))
        outgoing.on('error', reject).end()
      })
    assert.deepEqual([await ask(), await ask()], [true, false])
    await endpoint.close()
  })
})

it('a RestEndpoint listens again where its socket was removed', async () => {
  await withEndpoint({ overview: () => Promise.resolve([]) } as unknown as JobsGateway, async (endpoint, address) => {
    const agent = new Agent()
    await endpoint.listen(address)
    for (let round = 0; round < 12; round += 1) {
      rmSync(address)
      await assert.rejects(get(address, '/v1/jobs/overview', agent))
      await endpoint.listenAgain(address)
      assert.equal(await get(address, '/v1/jobs/overview', agent), JSON.stringify({ jobs: [] }))
    }
    await endpoint.close()
    assert.equal(existsSync(address), false)
  })
})
