import { pathOption, stringOption, type ConfigOption } from './config-option.js'

/** Options for files on HDFS. The second one is in Flink's CoreOptions; of the first one Flink, which speaks Hadoop's RPC, has no need. */
export const HdfsOptions: {
  readonly WEBHDFS_ADDRESS: ConfigOption<string | undefined>
  readonly HADOOP_CONF_DIR: ConfigOption<string | undefined>
} = {
  WEBHDFS_ADDRESS: stringOption('fs.hdfs.webhdfs.address', undefined, {
    description:
      'Where the NameNode of `hdfs:` URIs, whatever host they name, or HttpFS in front of it answers HTTP: `host:port` or a URL, several with a comma between them. Without it hdfs-site.xml says it, else it is port 9870 of the same host. It is asked as the user of the variable HADOOP_USER_NAME, else as the one who runs the command.',
  }),
  HADOOP_CONF_DIR: pathOption('env.hadoop.conf.dir', {
    description:
      'Directory with core-site.xml and hdfs-site.xml of the HDFS cluster. Without it HADOOP_CONF_DIR, else `etc/hadoop` in HADOOP_HOME.',
    fallbackKeys: ['fs.hdfs.hadoopconf'],
  }),
}
