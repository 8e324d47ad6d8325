x B-A B-A

y O O

z B-B O
