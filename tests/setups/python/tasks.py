"""Celery's tasks, with a broker and results in a folder. The client is used before the worker forks."""

import os
import time

import pins
from celery import Celery

app = Celery("tasks", broker="filesystem://", backend=f"file://{os.getcwd()}/results")
app.conf.broker_transport_options = {"data_folder_in": "queue", "data_folder_out": "queue", "control_folder": "control"}
app.conf.worker_enable_remote_control = False
pins.say()


@app.task
def say():
    return pins.say()


@app.task
def slow():
    begun = time.time()
    pins.client.set_two_step_pin(pins.SLOW, "012345")
    return begun, time.time()


@app.task
def fails():
    pins.client.set_two_step_pin(pins.LIMITED, "012345")
