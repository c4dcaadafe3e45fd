import java.io.*;
import java.util.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Kafka's own producer: java -cp 'JARS/*' Produce.java 127.0.0.1:9092 TOPIC COMPRESSION [TRANSACTIONAL_ID] sends what standard input says, a
 * line each: `R partition timestamp key value`, separated by tabs; with a transactional id also `B`, `C` and `A`, which begin, commit and abort.
 */
public class Produce {
  public static void main(String[] a) throws Exception {
    var p = new HashMap<String, Object>(Map.of("bootstrap.servers", a[0], "compression.type", a[2], "linger.ms", 5));
    if (a.length > 3) p.put("transactional.id", a[3]);
    try (var producer = new KafkaProducer<>(p, new StringSerializer(), new StringSerializer())) {
      if (a.length > 3) producer.initTransactions();
      var in = new BufferedReader(new InputStreamReader(System.in));
      for (String line; (line = in.readLine()) != null; ) {
        var f = line.split("\t", -1);
        switch (f[0]) {
          case "B" -> producer.beginTransaction();
          case "C" -> producer.commitTransaction();
          case "A" -> { producer.flush(); producer.abortTransaction(); }
          default -> producer.send(new ProducerRecord<>(a[1], Integer.valueOf(f[1]), Long.valueOf(f[2]), f[3], f[4]));
        }
      }
    }
  }
}
