// The shell's texts in English. ru.ts has the same keys.
export const en = {
  name: "Nabla ∇",
  skip: "Skip to content",
  language: "Language",
  theme: "Theme",
  themes: { system: "as the system", light: "light", dark: "dark" },
  loading: "Loading…",
  notFound: "There is no such page.",
  notLoaded: (reason: string) =>
    `This page could not be loaded (${reason}). See whether the network or the server is there, then load it again.`,
  toStart: "To the start page",
  home: {
    title: "See why it works",
    lead: "Gradient descent, backpropagation and convolution, each claim a live lab. Every number is computed here, in your browser, by the engine that trains the networks.",
  },
  room: {
    title: "Training room",
    about:
      "Put a net together, train it here, go back in time, and compare two futures. Or watch a run of the command line.",
  },
  groups: {
    descent: "Gradient descent",
    backpropagation: "Backpropagation",
    dense: "Fully connected networks",
    convolution: "Convolution",
    quiz: "Test yourself",
  },
  labs: {
    step: {
      title: "The step",
      about: "One step down the slope, and the step size that lands at once or never.",
    },
    surface: {
      title: "The surface",
      about: "Race optimisers over valleys and hills; the start decides the minimum.",
    },
    stopping: {
      title: "When to stop",
      about: "Three lamps: a small step, a small gradient, a validation error that no longer falls.",
    },
    error: {
      title: "The derivative of the error",
      about: "Why an answer that is far off pulls hard and one that is near hardly at all.",
    },
    graph: {
      title: "The graph, forward and back",
      about: "Walk a small network forward, then the chain rule back, one edge at a time.",
    },
    partials: {
      title: "Each partial once",
      about: "Paths multiply, the work of backpropagation only adds up.",
    },
    parameters: {
      title: "Counting parameters",
      about: "How many numbers a dense network learns, and where they are.",
    },
    neuron: {
      title: "What a dense neuron sees",
      about: "Train a network, look at its weights, and draw a digit for it to read.",
    },
    shift: {
      title: "Shift breaks it",
      about: "Nudge a digit by a few pixels: the dense net fails, the convolutional one does not.",
    },
    overfitting: {
      title: "Overfitting and augmentation",
      about: "Few examples are learned by heart; deformed copies make them last.",
    },
    "by-hand": { title: "Convolution by hand", about: "Slide the filter over the image, multiply, add up." },
    filters: { title: "Filters", about: "Sobel, sharpening, blur, and filters of your own on pictures." },
    maximum: {
      title: "The maximum does not move",
      about: "Shift a pattern: the greatest response stays as it is. Or does it?",
    },
    channels: {
      title: "Channels and counts",
      about: "Many channels in, many filters out, and what sharing weights saves.",
    },
    cortex: {
      title: "What the visual cortex and the first layer share",
      about: "Rotate a bar and see which filters answer.",
    },
    quiz: { title: "Quiz", about: "More than twenty questions; a wrong answer gets a counterexample." },
  },
  /** What an error of the engine comes to, where its own words are in another language than the page. */
  faults: { shape: "", divergence: "", device: "", data: "", format: "", checkpoint: "", config: "" },
  engine: {
    unfit:
      "This browser cannot run the engine: WebAssembly with SIMD is missing or switched off. It runs in Chrome and Edge from 91, Firefox from 114, Safari from 16.4.",
    notStarted: (reason: string) =>
      `The engine could not be started${reason && `: ${reason}`}. Load the page again. If that does not help, use Chrome or Edge from 91, Firefox from 114, Safari from 16.4.`,
    stopped:
      "The engine has stopped, perhaps for want of memory. What you have set stands in the address: load the page again, and it is computed anew.",
    reload: "Load again",
  },
  fields: {
    notANumber: "This is not a number.",
    notWhole: "Only whole numbers fit here.",
    outOfRange: (min: string, max: string) => `From ${min} to ${max}.`,
  },
  training: {
    epoch: "Epoch",
    progress: "Training",
    accuracy: "accuracy",
    train: "training images",
    validation: "validation images",
  },
  pad: {
    label: "Drawing pad",
    about:
      "Draw with mouse, finger or pen. By keys: arrows move the cursor, Space puts the pen down and lifts it, Backspace undoes, Delete clears.",
    place: (x: number, y: number, isDown: boolean) => `${isDown ? "pen down" : "pen up"}, ${x}; ${y}`,
    undo: "Undo",
    clear: "Clear",
  },
  lab: {
    all: "All labs",
    previous: "Previous",
    next: "Next",
    predict: "Predict",
    check: "Check",
    right: "Right.",
    wrong: "Not quite.",
    run: "Run",
    pause: "Pause",
    step: "One step",
    epoch: "One epoch",
    reset: "Reset",
    keys: "Space runs and pauses, → takes one step, R resets.",
    sameSeed: "Same seed",
    newSeed: "New seed",
    seed: "seed",
    explain: "Explain",
    task: "Task",
    taskDone: "Done!",
    taskOpen: "Not done yet.",
    numbers: "All numbers as a table",
    code: "As TypeScript",
    copy: "Copy as TypeScript",
    copied: "Copied.",
    selected: "Selected: press Ctrl+C (⌘C) to copy.",
    formulaHint: "Choose an underlined number: here is its formula with the numbers put in.",
    formula: "Formula",
    failed: "The engine reports:",
    computing: "Computing…",
  },
};
