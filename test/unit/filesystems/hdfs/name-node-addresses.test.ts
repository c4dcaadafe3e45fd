import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HadoopConfiguration } from '../../../../src/filesystems/hdfs/hadoop-configuration.js'
import { nameNodeAddresses } from '../../../../src/filesystems/hdfs/name-node-addresses.js'

/** The addresses and the rule, as one text. */
function found(uri: string, site: Readonly<Record<string, string>> = {}, webHdfsAddress?: string): string {
  const [, scheme = '', authority = ''] = /^([a-z]+):\/\/(.*)$/.exec(uri) ?? []
  const entries = Object.entries(site).map(([name, value]) => [name, { value, file: '/conf/hdfs-site.xml' }] as const)
  const hadoop = new HadoopConfiguration(new Map(entries))
  const { urls, rule } = nameNodeAddresses(scheme, authority, { webHdfsAddress, hadoop })
  return `${urls.map(({ href }) => href).join(' ')} (${rule})`
}

test('without a word on it WebHDFS is at port 9870 of the host that is typed, and the rule says so', () => {
  const rule = 'port 9870 of the same host, as neither fs.hdfs.webhdfs.address nor HADOOP_CONF_DIR says another for it'
  for (const uri of ['hdfs://namenode:9000', 'hdfs://namenode:8020', 'hdfs://namenode']) {
    assert.equal(found(uri), `http://namenode:9870/webhdfs/v1 (${rule})`)
  }
  assert.match(found('hdfs://[::1]:9000'), /^http:\/\/\[::1\]:9870\//)
})

test('where a directory of Hadoop was named the rule says what was found in it', () => {
  const hadoop = new HadoopConfiguration(new Map(), '/conf (which has neither)')
  const { rule } = nameNodeAddresses('hdfs', 'namenode:9000', { webHdfsAddress: undefined, hadoop })
  assert.match(rule, /as neither fs\.hdfs\.webhdfs\.address nor \/conf \(which has neither\) says another for it$/)
})

test('fs.hdfs.webhdfs.address is a host with a port, a URL, one of a gateway, or several', () => {
  const of = (address: string): string => found('hdfs://namenode:9000', { 'dfs.namenode.http-address': 'a:1' }, address)
  assert.equal(of('host:50070'), 'http://host:50070/webhdfs/v1 (by fs.hdfs.webhdfs.address)')
  assert.equal(of('host'), 'http://host:9870/webhdfs/v1 (by fs.hdfs.webhdfs.address)')
  assert.match(of('https://httpfs:14000/'), /^https:\/\/httpfs:14000\/webhdfs\/v1 /)
  assert.match(of('https://knox/gateway/default/webhdfs/v1'), /^https:\/\/knox\/gateway\/default\/webhdfs\/v1 /)
  assert.match(of('a:1, b:2'), /^http:\/\/a:1\/webhdfs\/v1 http:\/\/b:2\/webhdfs\/v1 /)
  assert.throws(() => of('ftp://host:21'), /no HTTP address/)
  assert.throws(() => of('http://:-1'), /no address of a NameNode/)
})

test('hdfs-site.xml says it for the cluster that it is of', () => {
  const site = { 'dfs.namenode.http-address': '0.0.0.0:50070', 'fs.defaultFS': 'hdfs://namenode:9000' }
  const rule = 'by dfs.namenode.http-address of /conf/hdfs-site.xml'
  assert.equal(found('hdfs://namenode:9000', site), `http://namenode:50070/webhdfs/v1 (${rule})`)
  assert.match(found('hdfs://other:9000', site), /^http:\/\/other:9870\/.*port 9870/)
  assert.match(found('hdfs://any:9000', { 'dfs.namenode.http-address': 'web:1' }), /^http:\/\/web:1\//)
  const secure = { 'dfs.http.policy': 'HTTPS_ONLY', 'dfs.namenode.https-address': 'namenode:9871' }
  assert.match(found('hdfs://namenode:9000', secure), /^https:\/\/namenode:9871\/.*dfs\.namenode\.https-address/)
})

test('a nameservice has the addresses of all of its NameNodes', () => {
  const site = {
    'dfs.nameservices': 'other, mycluster',
    'dfs.ha.namenodes.mycluster': 'nn1,nn2',
    'dfs.namenode.http-address.mycluster.nn1': 'one:9870',
    'dfs.namenode.http-address.mycluster.nn2': 'two:9870',
  }
  assert.match(found('hdfs://mycluster', site), /^http:\/\/one:9870\/webhdfs\/v1 http:\/\/two:9870\/webhdfs\/v1 \(by /)
  assert.match(found('webhdfs://mycluster', site), /^http:\/\/one:9870\//)
  assert.throws(() => found('hdfs://other', site), /no dfs\.namenode\.http-address\.other/)
})

test('webhdfs and swebhdfs URIs name the address themselves', () => {
  assert.match(found('webhdfs://namenode:50070', {}, 'ignored:1'), /^http:\/\/namenode:50070\/webhdfs\/v1 /)
  assert.match(found('webhdfs://namenode'), /^http:\/\/namenode:9870\//)
  assert.match(found('swebhdfs://namenode'), /^https:\/\/namenode:9871\//)
})

test('a URI without a host is of the default file system, and says what is missing where there is none', () => {
  assert.match(found('hdfs://', { 'fs.defaultFS': 'hdfs://namenode:9000' }), /^http:\/\/namenode:9870\/.*fs\.defaultFS/)
  assert.match(found('hdfs://', {}, 'host:1'), /^http:\/\/host:1\//)
  assert.throws(() => found('hdfs://', { 'fs.defaultFS': 'file:///' }), /has no host.*HADOOP_CONF_DIR/)
})
