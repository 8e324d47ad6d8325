a O O
b B-PER B-PER

c B-LOC O
