import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import { FaultProxy } from '../fault-proxy.js'
import type { FaultyNetwork } from '../faulty-jobs.js'
import { NAME_NODE_HTTP } from './hdfs-server.js'

const DATA_NODE_PORT = Number(process.env.HDFS_DN_HTTP_PORT ?? '9864')
const READ_TIMEOUT = '<property><name>dfs.webhdfs.socket.read-timeout</name><value>3s</value></property>'

/** Of the NameNode there is not much to hear. */
const NAME_NODE_LOG2 = 14

/** Proxies in front of the NameNode and of the DataNode; the second one has the next seed. */
export async function proxiedHdfs(seed: number, withinLog2?: number): Promise<FaultyNetwork> {
  const hadoop = mkdtempSync(path.join(tmpdir(), 'flink-ts-hadoop-'))
  after(() => {
    rmSync(hadoop, { recursive: true, force: true })
  })
  writeFileSync(path.join(hadoop, 'hdfs-site.xml'), `<configuration>${READ_TIMEOUT}</configuration>`)
  const dataNode = await FaultProxy.start({ port: DATA_NODE_PORT, seed: seed + 1, ...(withinLog2 && { withinLog2 }) })
  // It is the NameNode that names the DataNode.
  const replaced = [`127.0.0.1:${String(DATA_NODE_PORT)}`, `127.0.0.1:${String(dataNode.port)}`] as const
  assert.equal(replaced[0].length, replaced[1].length, 'as long, or the length of an answer is wrong')
  const port = Number(NAME_NODE_HTTP.split(':')[1])
  const nameNode = await FaultProxy.start({ port, seed, replaced, withinLog2: NAME_NODE_LOG2 })
  const address = `127.0.0.1:${String(nameNode.port)}`
  return {
    proxies: [nameNode, dataNode],
    configuration: { 'fs.hdfs.webhdfs.address': address, 'env.hadoop.conf.dir': hadoop },
  }
}
