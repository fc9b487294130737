"""RQ: the worker has used its client before it forks for each job."""

import pins
from redis import Redis
from rq import Queue, Worker

redis = Redis(unix_socket_path="redis.sock")
queue = Queue(connection=redis)
jobs = [queue.enqueue(pins.say) for _ in range(3)]
pins.say()
Worker([queue], connection=redis).work(burst=True, logging_level="WARNING")
print(*{job.return_value() for job in jobs})
