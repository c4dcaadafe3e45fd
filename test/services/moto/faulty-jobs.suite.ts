import { FaultProxy } from '../fault-proxy.js'
import { faultyJobs } from '../faulty-jobs.js'
import { MOTO, motoPlace, s3Options } from './moto-server.js'

faultyJobs('S3 (moto)', motoPlace, async (seed, withinLog2) => {
  const proxy = await FaultProxy.start({ port: Number(new URL(MOTO).port), seed, withinLog2 })
  const patient = { 's3.connection.timeout': '2 s', 's3.attempts.maximum': '12' }
  return { proxies: [proxy], configuration: { ...s3Options(proxy.url), ...patient } }
})
