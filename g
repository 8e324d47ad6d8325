x B-A

y O

z B-B
