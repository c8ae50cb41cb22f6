"""What a bank itself writes of the federation's account: files of the 全銀 formats, and CSV by a mapping.

A line that brings money in becomes a deposit, as a row of a workbook does; every line is kept, and so is the balance.
"""
