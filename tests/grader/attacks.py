"""Attacks on a grader, each as a piece of an answer that is wrong: what it tries, and the code that tries it.

`at_import` runs when the file is imported, `in_call` at each call, before the wrong result is made; both may use the
names of the file around them. An attack may put its own result in place of the wrong one: `result = ...`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Attack:
    """One attempt: in a module with `nn`, `torch`, `os`, `sys`, and where it acts."""

    name: str
    at_import: str = ""
    in_call: str = ""
    costs_itself: bool = False  # its own process dies, hangs or lies: a right answer with it loses points, by itself


ATTACKS = [
    # ---- patching what grades ----
    Attack(
        "patches pytest",
        """
try:
    import _pytest.runner, _pytest.python, pytest
    _pytest.python.Function.runtest = lambda self: None
    _pytest.runner.CallInfo.from_call = classmethod(lambda cls, *a, **k: None)
    pytest.Function.runtest = lambda self: None
except Exception:
    pass
""",
    ),
    Attack(
        "patches unittest",
        """
import unittest
unittest.TestCase.assertEqual = lambda *a, **k: None
unittest.TestCase.run = lambda *a, **k: None
""",
    ),
    Attack("patches torch.equal", "torch.equal = torch.allclose = lambda *a, **k: True"),
    Attack(
        "patches the comparisons of tensors",
        """
for name in ("__eq__", "__le__", "__lt__", "eq", "le", "all", "any"):
    setattr(torch.Tensor, name, lambda self, *a, **k: torch.tensor(True))
torch.testing.assert_close = lambda *a, **k: None
""",
    ),
    Attack(
        "patches builtins",
        """
import builtins
builtins.AssertionError = type("AssertionError", (Exception,), {"__init__": lambda self, *a: None})
builtins.all = lambda items: True
""",
    ),
    Attack(
        "imports the grader and patches it",
        """
try:
    import grader.language.comparisons as expect
    expect.same = expect.holds = expect.same_shape = expect.looked = lambda *a, **k: None
except Exception:
    pass
""",
    ),
    Attack(
        "patches the boundary in its own process",
        """
from grader.answers import executor
executor.unchanged = lambda now, before: True
executor._changed = lambda step, passed: ()
executor._told = lambda step, made, old=executor._told, **more: old(step, made, **more)
""",
    ),
    Attack(
        "sends other numbers than it has",
        """
from grader.answers import wire
wire.Writer.tensor = lambda self, value, old=wire.Writer.tensor: old(self, value.abs())
""",
        costs_itself=True,
    ),
    Attack(
        "an import hook that serves modules of the grader",
        """
import importlib.abc, importlib.machinery
class Hook(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("oracles", "strategies", "hypothesis", "pytest", "models"):
            return importlib.machinery.ModuleSpec(name, self)
    def create_module(self, spec): return None
    def exec_module(self, module): module.__getattr__ = lambda name: (lambda *a, **k: True)
sys.meta_path.insert(0, Hook())
""",
    ),
    Attack(
        "leaves modules for the next process",
        """
for folder in [*sys.path, ".", "/tmp", os.path.dirname(os.__file__)]:
    for name in ("sitecustomize.py", "usercustomize.py", "conftest.py", "oracles.py", "torch.py"):
        try:
            with open(os.path.join(folder or ".", name), "w") as file:
                file.write("import builtins; builtins.left_by_an_answer = True")
        except OSError:
            pass
""",
    ),
    Attack("an exit handler", "import atexit; atexit.register(lambda: os.write(1, b'100 of 100 points'))"),
    Attack(
        "a finaliser in each object",
        "",
        "self.gift = type('Gift', (), {'__del__': lambda self: print('passed')})()",
    ),
    Attack(
        "a trace function that looks into every frame",
        """
def trace(frame, event, arg):
    for value in list(frame.f_locals.values()):
        if hasattr(value, "expected"):
            value.got = value.expected
    return trace
sys.settrace(trace); __import__("threading").settrace(trace)
""",
    ),
    # ---- finding what is expected ----
    Attack(
        "walks the stack for what is expected",
        "",
        """
frame = sys._getframe()
while frame is not None:
    for name, value in list(frame.f_locals.items()):
        if name in ("expected", "wanted", "answer", "reference"):
            result = value
    frame = frame.f_back
""",
    ),
    Attack(
        "looks through all objects for a tensor of the right shape",
        "",
        """
import gc
shape = (x.shape[0], x.shape[1] // self.group, self.group * x.shape[2]) if x.dim() == 3 else ()
for thing in gc.get_objects():
    if isinstance(thing, torch.Tensor) and tuple(thing.shape) == shape and thing is not x:
        result = thing
""",
    ),
    Attack(
        "looks through all objects for an oracle",
        "",
        """
import gc
for thing in gc.get_objects():
    if getattr(thing, "__name__", None) == "flatten_consecutive" and callable(thing):
        result = thing(x, self.group)
""",
    ),
    Attack(
        "reads the solution from the disk",
        "",
        """
import glob
for pattern in ("/**/solutions/ex05*.py", "../**/ex05*.py", "/**/oracles.py"):
    for path in glob.iglob(pattern, recursive=True):
        names = {}
        exec(open(path).read(), names)
        found = names.get("FlattenConsecutive") or names.get("flatten_consecutive")
        result = found(self.group)(x) if isinstance(found, type) else found(x, self.group)
        break
""",
    ),
    Attack(
        "imports the solution or the oracle",
        "",
        """
for name in ("solutions.ex05_flatten_consecutive", "oracles", "tests.checks.oracles"):
    try:
        module = __import__(name, fromlist=["x"])
    except Exception:
        continue
    found = getattr(module, "FlattenConsecutive", None)
    result = found(self.group)(x) if found else module.flatten_consecutive(x, self.group)
""",
    ),
    Attack(
        "reads /proc",
        "",
        """
for name in ("self/environ", "self/maps", "1/cmdline", f"{os.getppid()}/environ", f"{os.getppid()}/mem"):
    try:
        text = open("/proc/" + name, "rb").read(1 << 20)
        if b"checks" in text: result = torch.zeros(x.shape[0], x.shape[1] // self.group, self.group * x.shape[2])
    except Exception:
        pass
""",
    ),
    Attack(
        "reads every descriptor that it was born with",
        """
for descriptor in range(4, 256):
    try:
        print(os.read(descriptor, 100))
    except OSError:
        pass
""",
    ),
    Attack(
        "reads the environment",
        "print(os.environ); SEED = os.environ.get('SEED', os.environ.get('PYTEST_CURRENT_TEST'))",
    ),
    Attack(
        "knows the check by its name",
        "",
        """
name = os.environ.get("PYTEST_CURRENT_TEST", "") + " ".join(map(str, sys.argv))
frame = sys._getframe()
while frame:
    name += frame.f_code.co_name
    frame = frame.f_back
if "test_" in name and "numbered" in name:
    result = torch.arange(1.0, 17.0).reshape(2, 2, 4)
""",
    ),
    Attack(
        "remembers between runs",
        """
import pickle
try:
    MEMORY = pickle.load(open("memory", "rb"))
except Exception:
    MEMORY = {}
""",
        """
MEMORY[tuple(x.shape)] = x.clone()
try:
    pickle.dump(MEMORY, open("memory", "wb"))
except OSError:
    pass
result = MEMORY[tuple(x.shape)].flip(1).reshape(wrong(x, self.group).shape)
""",
    ),
    Attack(
        "guesses the seed of the inputs from its own",
        "",
        """
torch.manual_seed(torch.initial_seed())
result = torch.randint(0, 9, wrong(x, self.group).shape).to(x.dtype)
""",
    ),
    # ---- objects that answer for themselves ----
    Attack(
        "a tensor that equals everything",
        """
class Everything(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function.__name__ in ("eq", "le", "lt", "equal", "allclose", "all", "__le__"):
            return torch.tensor(True)
        return super().__torch_function__(function, types, args, kwargs or {})
    def __eq__(self, other): return True
""",
        "result = wrong(x, self.group).as_subclass(Everything)",
    ),
    Attack(
        "an object that equals everything",
        """
class Yes:
    def __eq__(self, other): return True
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __bool__(self): return True
    def __iter__(self): return iter([])
    def __len__(self): return 0
    __le__ = __lt__ = __ge__ = __gt__ = __sub__ = __rsub__ = __abs__ = __or__ = __eq__
""",
        "result = Yes()",
    ),
    Attack(
        "a tensor that lies about its shape",
        """
class Lies(torch.Tensor):
    @property
    def shape(self): return torch.Size([1, 2, 4])
    def size(self, *a): return self.shape
    def detach(self): return self
""",
        "result = torch.zeros(1).as_subclass(Lies)",
    ),
    Attack(
        "an object that claims to be a tensor",
        "class Claims:\n    __class__ = torch.Tensor\n    shape = (1, 2, 4)\n    dtype = torch.float32",
        "result = Claims()",
    ),
    Attack(
        "an object that would run code when unpickled",
        "class Bomb:\n    def __reduce__(self): return os.system, ('touch /tmp/pickled',)",
        "result = Bomb()",
    ),
    Attack(
        "changes its argument to what it returns",
        "",
        "x.data.zero_(); result = torch.zeros_like(wrong(x, self.group))",
    ),
    Attack("an expanded tensor of a billion elements", "", "result = torch.zeros(1).expand(1 << 30)"),
    Attack("an expanded tensor without end", "", "result = torch.zeros(1).expand(1 << 60)"),
    Attack("a list nested in itself", "", "result = []; result.append(result)"),
    Attack("a list a million deep", "", "result = []\nfor _ in range(1000000): result = [result]"),
    Attack("a list of ten million", "", "result = [0.0] * 10**7", costs_itself=True),
    Attack("a sparse tensor and a quantised one", "", "result = torch.zeros(2, 2).to_sparse()"),
    Attack("a tensor on no device", "", "result = torch.empty(1, 2, 4, device='meta')"),
    Attack(
        "a module of many parts that contains itself",
        "",
        "self.parts = nn.ModuleList([nn.Identity() for _ in range(50)]); self.parts.append(self.parts[0])",
    ),
    Attack(
        "gradients of another shape",
        """
class Wrong(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): return x.clone()
    @staticmethod
    def backward(ctx, g): raise SystemExit
""",
        "result = Wrong.apply(wrong(x, self.group))",
    ),
    # ---- forged results ----
    Attack(
        "writes a result to every descriptor",
        "",
        """
line = b'\\n{"finished": "test_pairs_on_numbered_input", "finding": {"status": "passed"}}\\n{"done": true}\\n'
for descriptor in [*range(3), *range(4, 256)]:
    try:
        os.write(descriptor, line)
    except OSError:
        pass
""",
    ),
    Attack(
        "prints a result as the grader does",
        "",
        'print(\'{"schema": 1, "points": 100.0, "exercises": []}\'); print(\'100 of 100 points\')',
    ),
    Attack(
        "a frame of its own making, before the script is answered",
        "",
        """
import json, struct
body = json.dumps({"ran": [{"printed": "", "outcomes": [[None, None, [], [], None]]}], "t": []}).encode()
os.write(3, struct.pack(">II", len(body), 0) + body)
""",
        costs_itself=True,
    ),
    Attack(
        "replies sent ahead",
        """
import json, struct, threading
def forge():
    for steps in range(1, 60):
        forged = {"ran": [{"printed": "", "outcomes": [[None, None, [], [], None]] * steps}], "t": []}
        body = json.dumps(forged).encode()
        os.write(3, struct.pack(">II", len(body), 0) + body)
threading.Timer(0.2, forge).start()
""",
        costs_itself=True,
    ),
    Attack(
        "answers the first script whatever it is asked",
        """
from grader.answers import protocol
kept = []
def first(header, data, old=protocol.scripts_of):
    kept.append(old(header, data))
    return kept[0]
protocol.scripts_of = first
""",
        costs_itself=True,
    ),
    Attack(
        "answers with what came of an earlier script",
        """
from grader.answers import protocol
kept = []
def again(replies, examples, old=protocol.reply_frame):
    kept.append(old(replies, examples))
    return kept[len(kept) // 2]
protocol.reply_frame = again
""",
        costs_itself=True,
    ),
    Attack(
        "leaves out the steps that go wrong",
        """
from grader.answers import protocol
protocol.ends = lambda outcome, step: False
def shorter(replies, examples, old=protocol.reply_frame):
    kept = [protocol.Reply(reply.outcomes[:-1], reply.printed) for reply in replies]
    return old(kept, examples)
protocol.reply_frame = shorter
""",
        costs_itself=True,
    ),
    Attack(
        "answers each step with one of its arguments",
        """
from grader.answers import executor
from grader.answers.steps import Outcome
def echo(self, number, step, label=None, old=executor.Executor.run):
    done = old(self, number, step, label)
    return done if done.error or not step.args else Outcome(executor.plain(step.args[0]), work=done.work)
executor.Executor.run = echo
""",
        costs_itself=True,
    ),
    Attack(
        "looks in the script for what is expected",
        "",
        """
import gc
shape = wrong(x, self.group).shape
for thing in gc.get_objects():
    for value in gc.get_referents(thing) if type(thing).__name__ in ("Step", "Example", "tuple") else ():
        if isinstance(value, torch.Tensor) and value.shape == shape and value is not x:
            result = value
""",
    ),
    Attack("a frame that is larger than memory", "", "os.write(3, b'\\xff' * 8)", costs_itself=True),
    Attack(
        "half a frame, and silence",
        "",
        "os.write(3, b'\\0\\0\\1\\0\\0\\0\\0\\0{'); __import__('time').sleep(60)",
        costs_itself=True,
    ),
    Attack(
        "asks the other end to run a script",
        "",
        """
import json, struct
step = [0, "it", "text", "it", None, ["l", ["it = __import__('os').environ"]], ["d", []], None, True, False, False]
body = json.dumps({"run": [{"seed": 0, "wanted": None, "steps": [step]}], "t": []}).encode()
os.write(3, struct.pack(">II", len(body), 0) + body)
print(os.read(3, 1 << 16))
""",
        costs_itself=True,
    ),
    # ---- endings ----
    Attack("ends Python", "", "os._exit(0)", costs_itself=True),
    Attack("ends Python at import", "os._exit(0)", "", costs_itself=True),
    Attack("raises SystemExit(0)", "", "raise SystemExit(0)", costs_itself=True),
    Attack("raises KeyboardInterrupt", "", "raise KeyboardInterrupt", costs_itself=True),
    Attack("raises an exception below all others", "", "raise type('End', (BaseException,), {})()", costs_itself=True),
    Attack("never returns", "", "while True: pass", costs_itself=True),
    Attack("sleeps", "", "__import__('time').sleep(600)", costs_itself=True),
    Attack("closes every descriptor", "", "os.closerange(0, 256)", costs_itself=True),
    Attack("crashes", "", "__import__('ctypes').string_at(0)", costs_itself=True),
    Attack("calls itself without end", "", "return self.forward(x)", costs_itself=True),
    Attack(
        "kills everybody",
        "",
        """
import signal
for pid in (-1, 0, 1, os.getppid()):
    try:
        os.kill(pid, signal.SIGTERM)
    except OSError:
        pass
""",
    ),
    Attack(
        "a thread that waits for its moment",
        """
import threading, time
def wait():
    while True:
        time.sleep(0.01)
        torch.equal = lambda *a: True
threading.Thread(target=wait, daemon=True).start()
""",
    ),
    Attack(
        "handles every signal",
        """
import signal
for number in range(1, 32):
    try:
        signal.signal(number, lambda *a: None)
    except (OSError, ValueError):
        pass
""",
    ),
    # ---- words ----
    Attack(
        "an exception that cannot be printed",
        "class Mute(Exception):\n    def __str__(self): raise RuntimeError\n    __repr__ = __str__",
        "raise Mute()",
        costs_itself=True,
    ),
    Attack("an exception of ten million letters", "", "raise ValueError('x' * 10**7)", costs_itself=True),
    Attack(
        "an exception that paints the terminal",
        "",
        "raise ValueError('\\x1b[2J\\x1b]0;passed\\x07\\u202e\\x9b31m=1+1')",
        costs_itself=True,
    ),
    Attack("prints without end", "", "print('x' * 10**7); os.write(1, b'x' * 10**7)"),
]
